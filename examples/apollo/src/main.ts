// Lists the jobs page by page, creates one, and follows its first run.
//
//   npm start -- SOURCE_USER GROUP DESTINATION...
import { randomUUID } from 'node:crypto';
import { filter, firstValueFrom } from 'rxjs';
import { connect } from './client.js';
import { CREATE_JOB, FOLLOW, JOBS, type RunEvent } from './documents.js';

const PAGE = 2; // small, so that there are pages

const [sourceUserEmail, group, ...destinationEmails] = process.argv.slice(2);
if (!sourceUserEmail || !group) throw new Error('npm start -- SOURCE_USER GROUP DESTINATION...');
const url = `${process.env['CONTACT_SYNC_URL'] ?? 'http://127.0.0.1:8080'}/graphql`;
const { client, close } = connect(url);

/** Loads all pages into the cache, as a list that is scrolled to its end does, and prints them. */
async function list() {
  const jobs = client.watchQuery({ query: JOBS, variables: { first: PAGE } });
  let { data } = await firstValueFrom(jobs.pipe(filter(({ dataState }) => dataState === 'complete')));
  while (data?.jobs?.pageInfo?.hasNextPage) {
    ({ data } = await jobs.fetchMore({ variables: { after: data.jobs.pageInfo.endCursor ?? null } }));
  }
  const whole = client.readQuery({ query: JOBS, variables: { first: PAGE } })?.jobs;
  console.log(`${whole?.edges.length} of ${whole?.totalCount} jobs`);
  for (const { node } of whole?.edges ?? []) console.log(`  ${node.name}: ${node.status}`);
}

/** Creates the job; the id of its first run. One key per intent: a call that is sent again cannot create a second job. */
async function create(sourceUserEmail: string, name: string): Promise<string | undefined> {
  const input = { sourceUserEmail, sourceGroup: { name }, destinationEmails, idempotencyKey: randomUUID() };
  const { data } = await client.mutate({ mutation: CREATE_JOB, variables: { input } });
  for (const { code, message } of data?.createJob?.userErrors ?? []) console.error(`${code}: ${message}`);
  return data?.createJob?.run?.id;
}

/** Shows the events of a run. After a lost connection they come again from the start: what was seen is passed over. */
function follow(runId: string): Promise<RunEvent | undefined> {
  let last: RunEvent | undefined;
  return new Promise((resolve, reject) => {
    client.subscribe({ query: FOLLOW, variables: { runId } }).subscribe({
      next: ({ data, error }) => {
        if (error) return reject(error);
        const event = data?.syncProgress?.node;
        if (!event || event.sequence <= (last?.sequence ?? 0)) return;
        last = event;
        console.log(`${event.sequence} ${event.__typename} ${event.email ?? event.status}`);
      },
      error: reject,
      complete: () => resolve(last),
    });
  });
}

try {
  const run = await create(sourceUserEmail, group);
  const last = run && (await follow(run));
  await list();
  if (!last || last.status !== 'SUCCEEDED') process.exitCode = 1;
} finally {
  await close();
}
