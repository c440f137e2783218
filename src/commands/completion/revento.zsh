#compdef revento
# zsh completion for revento

_revento() {
  local told line value about
  local -a lines described plain space
  lines=("${(@f)$("${(Q)words[1]/#\~/$HOME}" __complete "--current=${(Q)PREFIX}" "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}")
  told=$lines[1]
  shift lines

  for line in $lines; do
    value=${line%%$'\t'*}
    about=${line#*$'\t'}
    if [[ -n $about ]]; then
      described+=("${value//:/\\:}:$about")
    else
      plain+=("$value")
    fi
  done
  [[ $told == *open ]] && space=(-S '')

  local found=1
  (( $#described )) && _describe -t values revento described "${space[@]}" && found=0
  (( $#plain )) && compadd "${space[@]}" -a plain && found=0
  case $told in
    files*)
      # Of --record=FILE only what follows the sign is the name.
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files && found=0
      ;;
    program*)
      # What stands in front of the program's name is not its business.
      shift $(( ${told//[^0-9]/} + 1 )) words
      (( CURRENT -= ${told//[^0-9]/} + 1 ))
      _normal && found=0
      ;;
  esac
  return found
}

if [[ ${funcstack[1]} == _revento ]]; then
  _revento "$@"
elif (( $+functions[compdef] )); then
  compdef _revento revento
else
  print -u2 'revento: completion needs "autoload -U compinit; compinit" first'
fi
