// Starts GraphiQL on this server's own endpoint, with a field for the token above it. Everything is served from here: no
// script of this page comes from elsewhere.
import { documents } from './documents.js';

/** Where the token stays until the tab is closed. Not localStorage: that outlives the tab and is shared with others. */
const KEY = 'contact-sync:token';
/** Below this width the schema would leave no room for the editor. */
const WIDE = '(min-width: 1000px)';
/** Pause in typing after which a token is tried. */
const PAUSE_MS = 300;

const element = (id) => document.getElementById(id);
const field = element('token');
const caller = element('caller');

const endpoint = new URL('graphql', location.href);
const socket = new URL(endpoint);
socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

const send = GraphiQL.createFetcher({
  url: endpoint.href,
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false, // the server has no @defer and no @stream
});

const isAuthorization = (name) => name.toLowerCase() === 'authorization';

/** Sends operations with the token, unless the Headers tab has one of its own. */
function fetcherWith(token) {
  return (parameters, options = {}) => {
    const headers = { ...options.headers };
    if (!Object.keys(headers).some(isAuthorization)) {
      if (!token) return { errors: [{ message: 'Enter a token at the top of the page first.' }] };
      headers.Authorization = `Bearer ${token}`;
    }
    return send(parameters, { ...options, headers });
  };
}

/** The token in what was pasted: itself, `Bearer …`, or a whole header in JSON. */
function tokenIn(text) {
  return text.match(/[\w-]+\.[\w-]+\.[\w-]+/)?.[0] ?? text.trim();
}

function say(state, text) {
  caller.dataset.state = state;
  caller.textContent = text;
}

/** Asks the server whose the token is. */
async function introduce(token) {
  if (!token) {
    say('none', 'Paste a token to begin: “contact-sync token --role admin” prints one.');
    return;
  }
  say('none', 'Asking …');
  let answer;
  try {
    answer = await fetcherWith(token)({ query: 'query Caller { viewer { role email expiresAt } }', operationName: 'Caller' });
  } catch {
    say('refused', 'The server does not answer.');
    return;
  }
  const viewer = answer.data?.viewer;
  if (!viewer) {
    say('refused', `Refused: ${answer.errors?.[0]?.message ?? 'the answer was not understood.'}`);
    return;
  }
  const expiry = new Date(viewer.expiresAt);
  const until = expiry.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  say('accepted', `${viewer.role} · ${viewer.email ?? 'service token'} · until ${until}`);
  expireAt(expiry);
}

let watch;

/** Says so when the token's time is over. */
function expireAt(instant) {
  watch = setInterval(() => {
    if (Date.now() < instant.getTime()) return;
    clearInterval(watch);
    say('refused', 'The token has expired. Paste another one.');
  }, 5_000);
}

const root = ReactDOM.createRoot(element('graphiql'));

/**
 * GraphiQL's name. It is mounted with the rest of GraphiQL, and then opens the schema where there is one, and room for it:
 * GraphiQL's own property selects the schema and leaves it hidden.
 */
function Logo({ hasSchema }) {
  React.useEffect(() => {
    if (hasSchema && !matchMedia(WIDE).matches) return;
    const action = hasSchema ? 'Show' : 'Hide';
    setTimeout(() => document.querySelector(`[aria-label="${action} Documentation Explorer"]`)?.click());
  }, [hasSchema]);
  return 'GraphiQL';
}

/** Shows GraphiQL, or gives it another token. A new fetcher makes it load the schema again. */
function render(token) {
  const properties = {
    fetcher: fetcherWith(token),
    schema: token ? undefined : null, // without a token there is none to load
    defaultTabs: documents,
    defaultEditorToolsVisibility: 'variables',
    inputValueDeprecation: true,
    schemaDescription: true,
    shouldPersistHeaders: false, // a token does not belong into the browser's storage
    showPersistHeadersSettings: false,
  };
  const logo = React.createElement(GraphiQL.Logo, null, React.createElement(Logo, { hasSchema: Boolean(token) }));
  root.render(React.createElement(GraphiQL, properties, logo));
}

/** Uses the token from now on; an empty one is none. */
function use(token) {
  clearInterval(watch);
  if (token) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
  render(token);
  introduce(token);
}

let typing;
field.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    field.value = tokenIn(field.value);
    use(field.value);
  }, PAUSE_MS);
});

element('show').addEventListener('click', ({ currentTarget: button }) => {
  const isShown = field.type === 'text';
  field.type = isShown ? 'password' : 'text';
  button.textContent = isShown ? 'Show' : 'Hide';
});

element('forget').addEventListener('click', () => {
  field.value = '';
  use('');
});

element('restore').addEventListener('click', () => {
  if (!confirm('Replace all tabs by the ready-made documents?')) return;
  localStorage.removeItem('graphiql:tabState');
  location.reload();
});

field.value = sessionStorage.getItem(KEY) ?? '';
use(field.value);
