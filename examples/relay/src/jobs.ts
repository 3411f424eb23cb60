// What the program asks for, as a console writes it beside its components. relay-compiler reads this file and writes
// __generated__; the program imports only that. (In a console a plugin of Babel, SWC or Vite turns the tags into those imports.)
const graphql = (_: TemplateStringsArray) => {};

graphql`
  fragment jobs_row on Job {
    id
    name
    status
  }
`;

graphql`
  fragment jobs_list on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" })
  @refetchable(queryName: "jobsPageQuery") {
    jobs(first: $first, after: $after, orderBy: { field: NAME, direction: ASC }) @connection(key: "jobs_jobs") {
      totalCount
      edges {
        node {
          ...jobs_row
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

graphql`
  query jobsQuery {
    ...jobs_list
  }
`;

graphql`
  fragment jobs_destinations on Job
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" })
  @refetchable(queryName: "jobsDestinationsPageQuery") {
    destinations(first: $first, after: $after) @connection(key: "jobs_destinations") {
      edges {
        node {
          email
          status
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

graphql`
  fragment jobs_errors on MutationPayload {
    userErrors {
      code
      message
    }
  }
`;

graphql`
  mutation jobsCreateMutation($input: CreateJobInput!) {
    createJob(input: $input) {
      ...jobs_errors
      job {
        ...jobs_row
        ...jobs_destinations
      }
      run {
        id
      }
    }
  }
`;

graphql`
  subscription jobsFollowSubscription($runId: ID!) {
    syncProgress(runId: $runId) {
      cursor
      node {
        __typename
        sequence
        status
        ... on RunDestinationFinished {
          email
        }
      }
    }
  }
`;
