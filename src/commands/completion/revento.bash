# bash completion for revento

_revento() {
  local line=${COMP_LINE:0:COMP_POINT} word cut current='' i at
  local -a words=()
  # bash cuts words at "=" and ":"; here they are put together again, as far as no blank stands between.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    at=${#words[@]}
    if ((i > 0 && at > 0)) && [[ $line != [[:space:]]* && ( $word == [=:]* || ${words[at - 1]} == *[=:] ) ]]; then
      words[at - 1]+=$word
    else
      words+=("$word")
    fi
    line=${line#"${line%%[![:space:]]*}"}
    # The last word may continue after the cursor.
    ((i == COMP_CWORD)) && word=$line
    line=${line#"$word"}
    cut=$word
  done
  at=$((${#words[@]} - 1))
  words[at]=${words[at]%"${COMP_WORDS[COMP_CWORD]}"}$cut
  for ((i = 1; i <= at; i++)); do
    case ${words[i]} in
      \"* | \'*)
        word=${words[i]:1}
        words[i]=${word%[\"\']}
        ;;
    esac
  done
  current=${words[at]}
  # What bash takes for the word: candidates must begin where that does.
  [[ $cut == [=:] ]] && cut=''
  local lead=${current%"$cut"} told='' value _about
  [[ $cut == [\"\']* ]] && lead=''

  COMPREPLY=()
  while IFS=$'\t' read -r value _about; do
    if [[ -z $told ]]; then
      told=$value
    else
      COMPREPLY+=("${value#"$lead"}")
    fi
  done < <("${words[0]/#\~/$HOME}" __complete "--current=$current" "${words[@]:1:at-1}" 2>/dev/null)

  case $told in
    *open) compopt -o nospace 2>/dev/null ;;
  esac
  case $told in
    files*)
      compopt -o default 2>/dev/null
      # One candidate a line, so names with blanks stay whole.
      local IFS=$'\n'
      # shellcheck disable=SC2207 # bash 3.2 has no mapfile
      ((${#COMPREPLY[@]} == 0)) || COMPREPLY+=($(compgen -f -- "$cut"))
      ;;
    program*)
      for ((i = 1; i <= COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -- ]] && break
      done
      if ((COMP_CWORD == i + 1)); then
        # shellcheck disable=SC2207
        COMPREPLY=($(compgen -c -- "$cut"))
      elif declare -F _command_offset >/dev/null; then
        _command_offset $((i + 1))
      else
        compopt -o default 2>/dev/null
      fi
      ;;
  esac
}

complete -F _revento revento
