# PowerShell completion for revento

Register-ArgumentCompleter -Native -CommandName 'revento', 'revento.cmd', 'revento.ps1' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Constants without their quotes, everything else as it was typed: nothing is evaluated while somebody types.
    $before = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.ToString() }
        })
    # The name without the quotes around a path with blanks, which "&" would take for a part of it.
    $program = $commandAst.GetCommandName()
    # A word in quotes comes with both of them, one that is not closed yet perhaps with one.
    $current = $wordToComplete -replace '^([''"])(.*?)\1?$', '$2'
    $lines = @(& $program __complete "--current=$current" @before 2>$null)

    # With no candidates PowerShell offers files, which is right wherever a file or another program is wanted.
    $lines | Select-Object -Skip 1 | ForEach-Object {
        $value, $about = $_ -split "`t", 2
        if (-not $about) { $about = $value }
        # Braces and blanks end a word and commas make a list of it; between single quotes they are text.
        $text = if ($value -match '[^\w./:=+-]') { "'" + $value.Replace("'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
    }
}
