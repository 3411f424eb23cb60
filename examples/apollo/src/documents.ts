// What is asked for. A code generator can write the types from schema.graphql; here they are few enough to write by hand.
import { gql, type TypedDocumentNode } from '@apollo/client';

interface PageInfo {
  hasNextPage: boolean;
  endCursor: string | null;
}

interface JobList {
  jobs: {
    totalCount: number;
    edges: { cursor: string; node: { id: string; name: string; status: string } }[];
    pageInfo: PageInfo;
  };
}

export const JOBS: TypedDocumentNode<JobList, { first: number; after?: string | null }> = gql`
  query Jobs($first: Int!, $after: String) {
    jobs(first: $first, after: $after, orderBy: { field: NAME, direction: ASC }) {
      totalCount
      edges {
        cursor
        node {
          id
          name
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

interface UserError {
  code: string;
  message: string;
  path: string[] | null;
  email?: string;
  reason?: string;
}

interface Created {
  createJob: {
    userErrors: UserError[];
    job: { id: string; name: string; status: string } | null;
    run: { id: string } | null;
  } | null;
}

interface CreateJobInput {
  sourceUserEmail: string;
  sourceGroup: { name: string } | { id: string };
  destinationEmails: string[];
  idempotencyKey: string;
}

export const CREATE_JOB: TypedDocumentNode<Created, { input: CreateJobInput }> = gql`
  mutation CreateJob($input: CreateJobInput!) {
    createJob(input: $input) {
      ...Errors
      job {
        id
        name
        status
      }
      run {
        id
      }
    }
  }

  fragment Errors on MutationPayload {
    userErrors {
      code
      message
      path
      ... on InvalidDestinationUserError {
        email
        reason
      }
    }
  }
`;

export interface RunEvent {
  __typename: string;
  sequence: number;
  status: string;
  email?: string;
}

interface Progress {
  syncProgress: { cursor: string; node: RunEvent } | null;
}

export const FOLLOW: TypedDocumentNode<Progress, { runId: string }> = gql`
  subscription Follow($runId: ID!) {
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
