# fish completion for revento

function __revento_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    test -n "$current"; or set current ''
    set -l program (string replace -r '^~' "$HOME" -- $words[1])
    set -l lines ($program __complete "--current=$current" (string unescape -- $words[2..-1]) 2>/dev/null)
    set -l told $lines[1]
    if test (count $lines) -gt 1
        printf '%s\n' $lines[2..-1]
    end
    switch "$told"
        case 'files*'
            # Of --record=FILE only what follows the sign is the name.
            set -l parts (string match -r -- '^(--[\w-]+=)(.*)$' "$current")
            if set -q parts[3]
                for path in (__fish_complete_path "$parts[3]")
                    echo "$parts[2]$path"
                end
            else
                __fish_complete_path "$current"
            end
        case 'program*'
            # Positions are counted after this program's name; fish counts from 1.
            set -l from (math (string match -r '\d+' -- $told) + 2)
            complete -C (string join ' ' -- (string escape -- $words[$from..-1]) (string escape -n -- $current))
    end
end

complete -c revento -f -a '(__revento_complete)'
