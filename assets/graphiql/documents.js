// The documents in GraphiQL's tabs: the main uses of the API, in the order in which an administrator meets them. The
// variables are users and groups of the sandbox. A tab is named after its first operation.

/** What every tab with a mutation asks for. */
const ERRORS = `# What you can correct. As long as it is not
# empty nothing was changed (unless you asked
# for SKIP_INVALID).
fragment Errors on MutationPayload {
  userErrors {
    code
    message
    path
    ... on InvalidDestinationUserError {
      email
      reason
    }
    ... on RunConflictError {
      run {
        id
        status
      }
    }
  }
}
`;

const RUN = `fragment RunState on Run {
  id
  kind
  status
  isFinished
  destinationsFinished
  destinationsTotal
  counts {
    created
    updated
    overwritten
    deleted
    failed
  }
  hold {
    reason
    plannedDeletions
    expiresAt
  }
  error {
    code
    message
  }
  allowedActions
}
`;

const tab = (query, variables) => ({ query, variables: variables && JSON.stringify(variables, null, 2) });

export const documents = [
  tab(`# Welcome to Contact Sync: one contact group
# of one user, kept in step in many accounts.
#
# 1. Paste a token into the field at the top.
#    The schema then opens on the left; Ctrl-
#    Space completes while you write.
# 2. Press the play button, or Ctrl-Enter.
#    Where a tab holds several operations it
#    asks which one.
# 3. Go through the tabs from left to right:
#    each is one use of the API. What you
#    fill in stands in Variables, below.

# How things stand: your role, the Workspace,
# its jobs.
query Overview {
  viewer {
    role
    email
    expiresAt
  }
  workspace {
    primaryDomain
    isSandbox
    jobCount
    heldRunCount
  }
  jobs(first: 10) {
    totalCount
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
      activeRun {
        id
        status
      }
      schedule {
        nextRunAt
      }
    }
  }
}
`),

  tab(`# Whom can you sync from and to? Write the
# start of a name or an address into
# "search". Whoever has an ineligibleReason
# cannot take part.
query PickUsers($search: String!) {
  users(search: $search) {
    nodes {
      email
      displayName
      ineligibleReason
    }
  }
}

# Which personal contact groups does the
# source user have? Read from Google at this
# moment.
query PickGroup($email: String!) {
  user(email: $email) {
    contactGroups {
      id
      name
      contactCount
      ineligibleReason
    }
  }
}
`, { search: 'a', email: 'desk@corp.example' }),

  tab(`# What would a job do? Computes it and writes
# nothing to any account. Fill in the source
# user, one of their groups, and who shall
# receive it.
mutation Preview($draft: JobDraftInput!) {
  previewJob(input: { target: { draft: $draft } }) {
    ...Errors
    run {
      id
      status
    }
  }
}

# Then put the id of the run into "runId",
# and read the plan once it has finished.
query Plan($runId: ID!) {
  run(id: $runId) {
    ...RunState
    expectedHoldReason
    results {
      nodes {
        email
        status
        plannedDeletions
        error {
          code
          message
        }
        changes(first: 10) {
          totalCount
          nodes {
            action
            displayName
            changedFields
          }
        }
      }
    }
  }
}

${ERRORS}
${RUN}`, {
    draft: {
      sourceUserEmail: 'desk@corp.example',
      sourceGroup: { name: 'Suppliers' },
      destinationEmails: ['ann@corp.example', 'bob@corp.example'],
    },
    runId: 'run_…',
  }),

  tab(`# Creates a job and starts its first sync at
# once; it then runs daily. Requires
# OPERATOR. With an "idempotencyKey" of your
# own you may send the same call again after
# a failure: it cannot create a second job.
mutation CreateJob($input: CreateJobInput!) {
  createJob(input: $input) {
    ...Errors
    job {
      id
      name
      schedule {
        timeOfDay
        timeZone
        nextRunAt
      }
    }
    run {
      id # for the next tab
      status
    }
  }
}

${ERRORS}`, {
    input: {
      sourceUserEmail: 'desk@corp.example',
      sourceGroup: { name: 'Suppliers' },
      destinationEmails: ['ann@corp.example', 'bob@corp.example'],
    },
  }),

  tab(`# Follows a run live until its last event,
# RunFinished. Put the id of the run into
# "runId". A run that has ended is replayed.
# "after" resumes behind the event with that
# cursor. The pane shows the latest event;
# run(id:) { events } has them all.
subscription FollowRun($runId: ID!, $after: String) {
  syncProgress(runId: $runId, after: $after) {
    cursor
    isBacklog
    node {
      __typename
      sequence
      at
      status
      ... on RunProgressed {
        destinationsFinished
        destinationsTotal
        counts {
          created
          updated
          deleted
        }
      }
      ... on RunDestinationFinished {
        email
        destinationStatus
        error {
          code
          message
        }
      }
      ... on RunHeld {
        reason
        plannedDeletions
        expiresAt
      }
      ... on RunWaiting {
        resumesAt
        waitsFor: error {
          code
          message
        }
      }
      ... on RunFinished {
        destinationsFailed
        counts {
          created
          updated
          overwritten
          deleted
          failed
        }
        error {
          code
          message
        }
      }
    }
  }
}

# Or all jobs at once; this one never ends.
# Stop it with the stop button.
subscription FollowJobs {
  jobActivity {
    kind
    at
    jobId
    run {
      id
      status
    }
  }
}
`, { runId: 'run_…', after: null }),

  tab(`# One job: what it does, how it stands, who
# receives it, and the group that was made
# for them. Put the id of the job into
# "jobId". For the next page put "endCursor"
# into "after".
query JobPage($jobId: ID!, $after: String) {
  job(id: $jobId) {
    name
    status
    version
    allowedActions
    source {
      email
      groupName
      health {
        status
        blocksRuns
        since
      }
    }
    schedule {
      timeOfDay
      timeZone
      nextRunAt
    }
    deletionGuard {
      maxDeletions
      maxDeletionPercent
    }
    activeRun {
      id
      status
    }
    lastRun {
      id
      status
      finishedAt
    }
    destinations(after: $after) {
      totalCount
      nodes {
        email
        status
        pendingUntil
        syncedGroup {
          name
          syncedContactCount
          additionCount
        }
        lastResult {
          status
          error {
            code
            message
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
`, { jobId: 'job_…', after: null }),

  tab(`# Adds users to a job. They wait for its next
# run: send RunNow if it shall be at once.
# Requires OPERATOR. SKIP_INVALID adds those
# who can be added; REJECT_ALL adds nobody as
# long as one of them cannot.
mutation AddUsers($jobId: ID!, $add: [String!]!) {
  addUsers(input: { jobId: $jobId, emails: $add, onInvalid: SKIP_INVALID }) {
    ...Errors
    summary {
      requested
      added
      unchanged
      invalid
    }
    results {
      email
      outcome
      reason
      destination {
        status
        pendingUntil
      }
    }
  }
}

mutation RunNow($jobId: ID!) {
  runJob(input: { jobId: $jobId }) {
    ...Errors
    run {
      id
      status
    }
  }
}

# Takes the synced contacts and the synced
# group out of their accounts. What they
# added themselves stays.
mutation RemoveUsers($jobId: ID!, $remove: [String!]!) {
  removeUsers(input: { jobId: $jobId, emails: $remove }) {
    ...Errors
    summary {
      removed
      unchanged
    }
    run {
      id
      status
    }
  }
}

${ERRORS}`, { jobId: 'job_…', add: ['carol@corp.example'], remove: ['bob@corp.example'] }),

  tab(`# Runs that would delete more than the
# deletion guard allows wait for an
# administrator. Nothing was written yet.
query HeldRuns {
  runs(filter: { statuses: [HELD] }) {
    nodes {
      ...RunState
      job {
        id
        name
      }
      results(first: 10) {
        nodes {
          email
          plannedDeletions
        }
      }
    }
  }
}

# Lets the run go on. "expectedDeletions" is
# the number you have seen in
# plannedDeletions; should more be deleted
# when the source is read again, the run is
# held again. Requires ADMIN.
mutation Approve($runId: ID!, $expectedDeletions: Int!, $comment: String) {
  approveRun(input: { runId: $runId, expectedDeletions: $expectedDeletions, comment: $comment }) {
    ...Errors
    run {
      ...RunState
    }
  }
}

# Ends the run; nothing is deleted. Requires
# ADMIN.
mutation Reject($runId: ID!, $comment: String) {
  rejectRun(input: { runId: $runId, comment: $comment }) {
    ...Errors
    run {
      ...RunState
    }
  }
}

${ERRORS}
${RUN}`, { runId: 'run_…', expectedDeletions: 0, comment: 'The group was cleaned on purpose.' }),

  tab(`# What has run. Put the id of a job into
# "jobIds", or leave it null for all jobs;
# "since" takes any offset.
query History($jobIds: [ID!], $since: DateTime) {
  runs(filter: { jobIds: $jobIds, createdAt: { from: $since } }) {
    totalCount
    nodes {
      number
      trigger
      createdAt
      finishedAt
      requestedBy {
        label
      }
      job {
        name
      }
      ...RunState
    }
  }
}

# Where and why did a run fail? Put its id
# into "runId".
query Report($runId: ID!, $after: String) {
  run(id: $runId) {
    ...RunState
    results(filter: { statuses: [FAILED] }, after: $after) {
      totalCount
      nodes {
        email
        error {
          code
          message
          isRetryable
          helpUrl
        }
        counts {
          created
          updated
          deleted
          failed
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}

${RUN}`, { jobIds: null, since: '2026-01-01T00:00:00Z', runId: 'run_…', after: null }),

  tab(`# Who did what, from where, and what was
# refused. Never edited. Requires ADMIN.
# Narrow it down: { "filter": { "actions":
# ["RUN_APPROVE", "ACCESS_DENIED"],
# "actorEmail": "ann@corp.example" } }
query AuditLog($filter: AuditFilter, $after: String) {
  auditLog(filter: $filter, after: $after) {
    totalCount
    nodes {
      at
      action
      actor {
        label
      }
      subjectLabel
      changes {
        field
        before
        after
      }
      ipAddress
      requestId
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`, { filter: null, after: null }),
];
