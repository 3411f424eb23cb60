#!/usr/bin/env bash
# Creates a job, follows its first run by Server-Sent Events, and where that is cut off by polling. Needs curl and jq.
#
#   sync.sh SOURCE_USER GROUP DESTINATION...
#
# CONTACT_SYNC_URL and CONTACT_SYNC_TOKEN (role OPERATOR) name the server.
set -euo pipefail
url="${CONTACT_SYNC_URL:-http://127.0.0.1:8080}/graphql"
documents="$(dirname "$0")/sync.graphql"
: "${CONTACT_SYNC_TOKEN:?is not set: contact-sync token --role operator}"

# ask OPERATION VARIABLES ACCEPT [ARGUMENT...]: sends one operation of sync.graphql. The token goes through a file
# descriptor, so that it is not in the list of processes.
ask() {
  jq -n --rawfile query "$documents" --arg name "$1" --argjson variables "$2" \
    '{query: $query, operationName: $name, variables: $variables}' |
    curl -sS "$url" -H @<(echo "Authorization: Bearer $CONTACT_SYNC_TOKEN") -H 'Content-Type: application/json' \
      -H "Accept: $3" --data-binary @- "${@:4}"
}
json='application/graphql-response+json'

# One key per intent: curl may send the call again after a failure, and it cannot create a second job.
key=$(cat /proc/sys/kernel/random/uuid 2> /dev/null || uuidgen)
input=$(jq -n --arg user "$1" --arg group "$2" --arg key "$key" --args \
  '{sourceUserEmail: $user, sourceGroup: {name: $group}, destinationEmails: $ARGS.positional, idempotencyKey: $key}' "${@:3}")
created=$(ask Create "{\"input\": $input}" "$json" --retry 5 --retry-connrefused --max-time 30)
# Faults are in errors, what you can correct in userErrors; in both cases nothing was created.
if jq -e '.errors // (.data.createJob.userErrors | select(length > 0))' <<< "$created" >&2; then exit 1; fi
run=$(jq -r .data.createJob.run.id <<< "$created")
echo "Created $(jq -r .data.createJob.job.id <<< "$created"), follows $run"

ask Follow "{\"runId\": \"$run\"}" 'text/event-stream' -N |
  sed -nu 's/^data: *\({.*\)$/\1/p' |
  jq -r --unbuffered '.data.syncProgress.node | "\(.sequence) \(.__typename) \(.email // .status)"' || true

# The stream ends with the run. If it was cut off instead, this waits for the rest.
until state=$(ask Poll "{\"runId\": \"$run\"}" "$json" --retry 5 --retry-connrefused) && jq -e .data.run.isFinished <<< "$state" > /dev/null; do
  sleep "$(jq -r '(.data.run.nextPollAfterMs // 5000) / 1000' <<< "$state")"
done
jq -r '.data.run | "\(.status): \(.destinationsFinished) of \(.destinationsTotal) accounts, \(.counts.created) contacts created"' <<< "$state"
jq -e '.data.run.status == "SUCCEEDED"' <<< "$state" > /dev/null
