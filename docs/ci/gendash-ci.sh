#!/bin/sh
# The jobs of a pipeline, one word each; docs/ci/README.md says which job needs what. Needs gendash, and curl for comment.
set -eu

state=${GENDASH_STATE:-.gendash}
reports=${GENDASH_REPORTS:-reports}

check() {
    gendash check
    gendash build --out "${GENDASH_OUT:-out}"
}

demo() { # own content on synthetic data: no account, no server
    gendash demo "$@"
}

verify() {
    mkdir -p "$reports"
    gendash verify --junit "$reports/verify.xml" "$@"
}

plan() { # 0 nothing to do or changes pending; 1 blocked; 4 left to a person
    mkdir -p "$reports"
    status=0
    gendash plan --markdown --exit-code --out "$reports/plan.json" "$@" > "$reports/plan.md" || status=$?
    cat "$reports/plan.md"
    [ "$status" = 3 ] || return "$status"
}

comment() { # the plan as one comment, which the next run updates in place
    api="${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY"
    body=$(python3 -c 'import json, sys; print(json.dumps({"body": sys.stdin.read()}))' < "$reports/plan.md")
    page=1 number=more
    while [ "$number" = more ]; do
        number=$(request GET "$api/issues/$PULL_REQUEST/comments?per_page=100&page=$page" | python3 -c '
import json, sys
rows = json.load(sys.stdin)
found = [str(one["id"]) for one in rows if (one["body"] or "").startswith("<!-- gendash plan -->")]
print(found[0] if found else "more" if len(rows) == 100 else "")')
        page=$((page + 1))
    done
    if [ -n "$number" ]; then
        request PATCH "$api/issues/comments/$number" "$body" > /dev/null
    else
        request POST "$api/issues/$PULL_REQUEST/comments" "$body" > /dev/null
    fi
}

request() {
    curl --silent --show-error --fail-with-body --request "$1" --header "Accept: application/vnd.github+json" \
        --header "Authorization: Bearer $GITHUB_TOKEN" ${3:+--data "$3"} "$2"
}

apply() { # the kept plan where there is one, else a new one
    gendash apply --yes --state "$state" "$@"
}

drift() { # for a schedule: 0 as declared; 1, 3 or 4: not
    gendash plan --exit-code "$@"
}

case "${1:-}" in
check | demo | verify | plan | comment | apply | drift) "$@" ;;
*)
    echo "usage: gendash-ci.sh check|demo|verify|plan|comment|apply|drift [options of gendash]" >&2
    exit 2
    ;;
esac
