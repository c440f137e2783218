# PowerShell completion for revento

Register-ArgumentCompleter -Native -CommandName 'revento' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $before = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.ToString() }
        })
    $program = $commandAst.CommandElements[0].ToString()
    $lines = @(& $program __complete "--current=$wordToComplete" @before 2>$null)

    # With no candidates PowerShell offers files, which is right wherever a file or another program is wanted.
    $lines | Select-Object -Skip 1 | ForEach-Object {
        $value, $about = $_ -split "`t", 2
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
