// Creates a job, follows its first run, and lists jobs and destinations page by page, all through Relay's store.
//
//   npm start -- SOURCE_USER GROUP DESTINATION...
import { randomUUID } from 'node:crypto';
import {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
  requestSubscription,
  type GraphQLTaggedNode,
  type ReaderFragment,
} from 'relay-runtime';
import Create, { type jobsCreateMutation } from './__generated__/jobsCreateMutation.graphql';
import DestinationsPage, { type jobsDestinationsPageQuery } from './__generated__/jobsDestinationsPageQuery.graphql';
import Follow, { type jobsFollowSubscription } from './__generated__/jobsFollowSubscription.graphql';
import Page, { type jobsPageQuery } from './__generated__/jobsPageQuery.graphql';
import Jobs, { type jobsQuery } from './__generated__/jobsQuery.graphql';
import destinationsFragment, { type jobs_destinations$data } from './__generated__/jobs_destinations.graphql';
import errorsFragment, { type jobs_errors$data } from './__generated__/jobs_errors.graphql';
import listFragment, { type jobs_list$data } from './__generated__/jobs_list.graphql';
import rowFragment, { type jobs_row$data } from './__generated__/jobs_row.graphql';
import { connect } from './environment';

const [sourceUserEmail, name, ...destinationEmails] = process.argv.slice(2);
if (!sourceUserEmail || !name) throw new Error('npm start -- SOURCE_USER GROUP DESTINATION...');
const { environment, close } = connect(`${process.env['CONTACT_SYNC_URL'] ?? 'http://127.0.0.1:8080'}/graphql`);

/** What a component sees that is given this reference: `useFragment` without React. */
function read<Data>(fragment: ReaderFragment, reference: unknown): Data {
  const selector = getSingularSelector(fragment, reference);
  if (!selector) throw new Error(`no ${fragment.name} here`);
  return environment.lookup(selector).data as Data;
}

/** The payload of createJob. One key per intent: a call that is sent again cannot create a second job. */
function create(sourceUserEmail: string, name: string) {
  const input = { sourceUserEmail, sourceGroup: { name }, destinationEmails, idempotencyKey: randomUUID() };
  return new Promise<jobsCreateMutation['response']['createJob']>((resolve, reject) => {
    commitMutation<jobsCreateMutation>(environment, {
      mutation: Create as GraphQLTaggedNode,
      variables: { input },
      // Null where the whole call was refused: a role that is too low, an outage.
      onCompleted: ({ createJob }, errors) =>
        createJob ? resolve(createJob) : reject(new Error((errors ?? []).map(({ message }) => message).join('\n'))),
      onError: reject,
    });
  });
}

/** Shows the events of a run; its last status. After a lost connection they come again: what was seen is passed over. */
function follow(runId: string) {
  let seen = 0;
  let status: string | undefined;
  return new Promise<string | undefined>((resolve, reject) => {
    requestSubscription<jobsFollowSubscription>(environment, {
      subscription: Follow as GraphQLTaggedNode,
      variables: { runId },
      onNext: (data) => {
        const event = data?.syncProgress?.node;
        if (!event || event.sequence <= seen) return;
        seen = event.sequence;
        status = event.status;
        console.log(`${event.sequence} ${event.__typename} ${event.email ?? event.status}`);
      },
      onError: reject,
      onCompleted: () => resolve(status),
    });
  });
}

/** Loads all pages of jobs into the connection in the store, and prints it. */
async function list() {
  const operation = createOperationDescriptor(Jobs, {});
  const kept = environment.retain(operation);
  await fetchQuery<jobsQuery>(environment, Jobs as GraphQLTaggedNode, {}).toPromise();
  const jobs = () => read<jobs_list$data>(listFragment, environment.lookup(operation.fragment).data).jobs;
  while (jobs().pageInfo.hasNextPage) {
    const variables = { after: jobs().pageInfo.endCursor };
    await fetchQuery<jobsPageQuery>(environment, Page as GraphQLTaggedNode, variables).toPromise();
  }
  const { edges, totalCount } = jobs();
  console.log(`${edges.length} of ${totalCount} jobs`);
  for (const { node } of edges) {
    const job = read<jobs_row$data>(rowFragment, node);
    console.log(`  ${job.name}: ${job.status}`);
  }
  kept.dispose();
}

/** Asks for the destinations of a job again, by its id, and for their further pages. */
async function destinations(id: string, job: unknown) {
  const seen = () => read<jobs_destinations$data>(destinationsFragment, job).destinations;
  const refetch = (after?: string | null) =>
    fetchQuery<jobsDestinationsPageQuery>(environment, DestinationsPage as GraphQLTaggedNode, { id, after }).toPromise();
  await refetch();
  while (seen().pageInfo.hasNextPage) await refetch(seen().pageInfo.endCursor);
  for (const { node } of seen().edges) console.log(`  ${node.email}: ${node.status}`);
}

async function main() {
  const created = await create(sourceUserEmail!, name!);
  const { userErrors } = read<jobs_errors$data>(errorsFragment, created);
  for (const { code, message } of userErrors) console.error(`${code}: ${message}`);
  const status = created?.run && (await follow(created.run.id));
  if (created?.job) await destinations(read<jobs_row$data>(rowFragment, created.job).id, created.job);
  await list();
  if (status !== 'SUCCEEDED') process.exitCode = 1;
}

main().finally(close);
