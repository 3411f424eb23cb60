// Starts GraphiQL on this server's own endpoint. Everything is served from here: no script of this page comes from elsewhere.
(() => {
  'use strict';

  const endpoint = new URL('graphql', location.href);
  const socket = new URL(endpoint);
  socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

  const defaultQuery = `# Welcome to Contact Sync: one contact group of one user, kept in step in many accounts.
#
# 1. Every operation needs a token. Write it into the Headers tab below:
#      { "Authorization": "Bearer eyJ…" }
#    "contact-sync token --role admin" prints one. Subscriptions use the same header.
# 2. Press the play button, or Ctrl-Enter, and choose an operation.
# 3. Press the arrows at the lower left once to load the schema; then the book shows all of it, and Ctrl-Space completes.

query Overview {
  viewer {
    role
    expiresAt
  }
  workspace {
    primaryDomain
    isSandbox
    jobCount
  }
  jobs(first: 10) {
    nodes {
      id
      name
      status
      source {
        email
        groupName
        health {
          status
        }
      }
      destinationStatuses {
        total
        pending
        failing
      }
      schedule {
        nextRunAt
      }
    }
  }
}

# Whom can you sync from, and which groups do they have?
query PickSource($search: String = "a") {
  users(search: $search) {
    nodes {
      email
      displayName
      ineligibleReason
      contactGroups {
        name
        contactCount
      }
    }
  }
}

# These are users of the sandbox; put your own addresses and group here. Always look at userErrors: when it is not empty, nothing was changed.
mutation CreateJob {
  createJob(
    input: {
      sourceUserEmail: "desk@corp.example"
      sourceGroup: { name: "Suppliers" }
      destinationEmails: ["ann@corp.example", "bob@corp.example"]
    }
  ) {
    userErrors {
      code
      message
      path
    }
    job {
      id
    }
    run {
      id
      status
    }
  }
}

# Follow a run live: put its id into the Variables tab, { "runId": "run_…" }.
subscription Follow($runId: ID!) {
  syncProgress(runId: $runId) {
    cursor
    node {
      __typename
      sequence
      status
      ... on RunProgressed {
        destinationsFinished
        destinationsTotal
      }
      ... on RunDestinationFinished {
        email
        destinationStatus
      }
      ... on RunFinished {
        counts {
          created
          updated
          deleted
          failed
        }
      }
    }
  }
}
`;

  const fetcher = GraphiQL.createFetcher({ url: endpoint.href, subscriptionUrl: socket.href });
  const element = React.createElement(GraphiQL, {
    fetcher,
    defaultQuery,
    defaultHeaders: '{\n  "Authorization": "Bearer "\n}',
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: false, // a token does not belong into the browser's storage
  });
  ReactDOM.createRoot(document.getElementById('graphiql')).render(element);
})();
