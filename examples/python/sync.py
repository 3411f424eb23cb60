"""Creates a job, follows its first run, and reports what reached whom.

    python sync.py SOURCE_USER GROUP DESTINATION...

CONTACT_SYNC_URL and CONTACT_SYNC_TOKEN (role OPERATOR) name the server.
"""

import os
import sys
import time
import uuid

from gql import Client, gql
from gql.transport.exceptions import TransportConnectionFailed, TransportError, TransportQueryError
from gql.transport.httpx import HTTPXTransport
from gql.transport.websockets import WebsocketsTransport

URL = os.environ.get("CONTACT_SYNC_URL", "http://127.0.0.1:8080").rstrip("/") + "/graphql"
AUTHORIZATION = {"Authorization": f"Bearer {os.environ['CONTACT_SYNC_TOKEN']}"}
ATTEMPTS = 5

CREATE = """
mutation Create($input: CreateJobInput!) {
  createJob(input: $input) {
    userErrors { code message path }
    isReplay
    job { name schedule { nextRunAt } }
    run { id }
  }
}
"""

FOLLOW = """
subscription Follow($runId: ID!, $after: String) {
  syncProgress(runId: $runId, after: $after) {
    cursor
    node {
      __typename
      status
      ... on RunProgressed { destinationsFinished destinationsTotal }
      ... on RunDestinationFinished { email destinationStatus }
    }
  }
}
"""

REPORT = """
query Report($runId: ID!, $after: String) {
  run(id: $runId) {
    status
    error { code message }
    results(first: 100, after: $after) {
      nodes { email status counts { created updated deleted failed } error { code message } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def document(text, **variables):
    request = gql(text)
    request.variable_values = variables
    return request


def create(session, source_user, group, destinations):
    """The payload of createJob. Sent again after a failure: with the same key it cannot create a second job."""
    wanted = {
        "sourceUserEmail": source_user,
        "sourceGroup": {"name": group},
        "destinationEmails": destinations,
        "idempotencyKey": str(uuid.uuid4()),
    }
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return session.execute(document(CREATE, input=wanted))["createJob"]
        except TransportError as error:
            is_answer = isinstance(error, TransportQueryError) or getattr(error, "code", None) in (400, 401, 403)
            if is_answer or attempt == ATTEMPTS:
                raise
            time.sleep(2**attempt)


def follow(run_id):
    """The events of a run to its last one. A lost connection is resumed behind the last event."""
    after = None
    for attempt in range(1, ATTEMPTS + 1):
        transport = WebsocketsTransport(
            url=URL.replace("http", "ws", 1),
            init_payload=AUTHORIZATION,
            # Named, because gql overlooks the server's choice when the header is written in lower case.
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        try:
            for data in Client(transport=transport).subscribe(document(FOLLOW, runId=run_id, after=after)):
                after = data["syncProgress"]["cursor"]
                yield data["syncProgress"]["node"]
            return
        except TransportConnectionFailed:
            if attempt == ATTEMPTS:
                raise
            time.sleep(2**attempt)


def results(session, run_id):
    """The run, with all pages of its results."""
    run = session.execute(document(REPORT, runId=run_id))["run"]
    nodes, page = run["results"]["nodes"], run["results"]["pageInfo"]
    while page["hasNextPage"]:
        more = session.execute(document(REPORT, runId=run_id, after=page["endCursor"]))["run"]["results"]
        nodes, page = nodes + more["nodes"], more["pageInfo"]
    return run, nodes


def main(source_user, group, *destinations):
    # The schema is fetched, so that documents are checked before they are sent.
    client = Client(transport=HTTPXTransport(url=URL, headers=AUTHORIZATION), fetch_schema_from_transport=True)
    with client as session:
        created = create(session, source_user, group, list(destinations))
        if created["userErrors"]:
            for error in created["userErrors"]:
                print(f"{error['code']}: {error['message']}", file=sys.stderr)
            return 1
        print(f"Created {created['job']['name']}; it next runs at {created['job']['schedule']['nextRunAt']}")
        for event in follow(created["run"]["id"]):
            if event["__typename"] == "RunDestinationFinished":
                print(f"  {event['email']}: {event['destinationStatus']}")
            else:
                print(f"  {event['__typename']}: {event['status']}")
        run, rows = results(session, created["run"]["id"])
        for row in rows:
            print(f"{row['email']}: {row['status']}, {row['counts']['created']} contacts created")
        return 0 if run["status"] == "SUCCEEDED" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
