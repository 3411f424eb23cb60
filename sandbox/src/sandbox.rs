//! The handle of a running sandbox.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    Entry, Fault, FaultId, Options, SandboxError, Settings, Workspace,
    core::{Core, Request, Served},
    fault::Faults,
    http::{self, Running},
    key::Robot,
    ledger::Ledger,
    persist::Store,
    quota::Meter,
    state::State,
    tokens::Pages,
};

/// Least time between two writes of the state file.
const SAVE_EVERY: Duration = Duration::from_millis(500);

/// A running sandbox. Clones are the same sandbox; it runs until [`Sandbox::stop`].
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    core: Mutex<Core>,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    url: String,
    control: bool,
    hits: watch::Sender<u64>,
    changed: Notify,
    store: Mutex<Option<Store>>,
    tasks: Mutex<Option<Tasks>>,
}

struct Tasks {
    server: Running,
    saver: JoinHandle<()>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.0.url).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts serving. `workspace` is what the sandbox begins with where no state file exists yet.
    ///
    /// # Errors
    /// The address or the state file cannot be used, or the Workspace contradicts itself.
    pub async fn start(options: Options, workspace: Workspace) -> Result<Self, SandboxError> {
        let store = options.state.as_deref().map(Store::open).transpose()?;
        let kept = match &store {
            Some(store) => store.read()?,
            None => None,
        };
        let state = match kept {
            Some(state) => state,
            None => {
                let robot = if store.is_some() { Robot::new()? } else { Robot::shared()? };
                State::new(workspace, robot, (options.clock)()).map_err(SandboxError::Workspace)?
            }
        };
        let listen = |source| SandboxError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let core = Core {
            verifier: state.robot.verifier()?,
            state,
            url: url.clone(),
            settings: Settings {
                quotas: options.quotas,
                lag: options.lag,
                suspended: options.suspended,
                write_time: options.write_time,
                refuses_calendar_urls: options.refuses_calendar_urls,
                refuses_group_members: options.refuses_group_members,
                unlisted_contacts: options.unlisted_contacts,
            },
            writing: HashMap::new(),
            faults: Faults::default(),
            ledger: Ledger::new(options.control),
            meter: Meter::default(),
            pages: Pages::default(),
            grants: HashMap::new(),
            tidied: DateTime::UNIX_EPOCH,
            version: 0,
        };
        let sandbox = Self(Arc::new(Inner {
            core: Mutex::new(core),
            clock: options.clock,
            url,
            control: options.control,
            hits: watch::Sender::new(0),
            changed: Notify::new(),
            store: Mutex::new(store),
            tasks: Mutex::new(None),
        }));
        sandbox.save();
        let tasks = Tasks { server: http::run(listener, sandbox.clone()), saver: tokio::spawn(sandbox.clone().keep()) };
        *sandbox.0.tasks.lock().unwrap_or_else(PoisonError::into_inner) = Some(tasks);
        Ok(sandbox)
    }

    /// Base address, `http://127.0.0.1:<port>`, without a slash at the end.
    pub fn url(&self) -> String {
        self.0.url.clone()
    }

    /// The service account's key file, as an administrator would download it.
    pub fn key(&self) -> Value {
        self.with(|core, _| core.state.robot.key_file(&self.0.url))
    }

    /// Address of an administrator who is active; empty where there is none.
    pub fn admin_email(&self) -> String {
        self.with(|core, _| {
            let mut users = core.state.accounts.values().map(|account| &account.user);
            let admin = users.find(|user| user.is_admin && !user.deleted && !user.suspended && !user.archived);
            admin.map(|user| user.primary_email.clone()).unwrap_or_default()
        })
    }

    /// Stops serving and writes the state file. Requests that hang are cut.
    pub async fn stop(&self) {
        let tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Tasks { server, saver }) = tasks {
            server.stop().await;
            saver.abort();
        }
        let sandbox = self.clone();
        let last = tokio::task::spawn_blocking(move || {
            sandbox.save();
            sandbox.0.store.lock().unwrap_or_else(PoisonError::into_inner).take();
        });
        if let Err(error) = last.await {
            tracing::error!(%error, "the sandbox could not write its state");
        }
    }

    /// The sandbox's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.with(|_, now| now)
    }

    /// Moves the clock. It never goes back by itself; a negative step is possible and rarely wise.
    pub fn advance(&self, by: TimeDelta) {
        self.change(|core, _| core.state.ahead_ms = core.state.ahead_ms.saturating_add(by.num_milliseconds()));
    }

    /// How it behaves at the moment.
    pub fn settings(&self) -> Settings {
        self.with(|core, _| core.settings)
    }

    /// Changes how it behaves, from the next request on.
    pub fn set_settings(&self, settings: Settings) {
        self.with(|core, _| core.settings = settings);
    }

    /// Injects a fault.
    pub fn inject(&self, fault: Fault) -> FaultId {
        self.with(|core, _| core.faults.inject(fault))
    }

    /// Removes all faults. [`Sandbox::fault_was_hit`] still knows which were hit.
    pub fn clear_faults(&self) {
        self.with(|core, _| core.faults.clear());
        self.0.hits.send_modify(|count| *count += 1); // whoever is held by one goes on
    }

    /// Waits until a fault is gone.
    pub(crate) async fn fault_cleared(&self, id: FaultId) {
        let mut hits = self.0.hits.subscribe();
        while self.with(|core, _| core.faults.is_active(id)) {
            if hits.changed().await.is_err() {
                return;
            }
        }
    }

    /// Has the fault met a request?
    pub fn fault_was_hit(&self, id: FaultId) -> bool {
        self.with(|core, _| core.faults.was_hit(id))
    }

    /// Waits until the fault has met a request.
    pub async fn fault_hit(&self, id: FaultId) {
        let mut hits = self.0.hits.subscribe();
        while !self.fault_was_hit(id) {
            if hits.changed().await.is_err() {
                return;
            }
        }
    }

    /// Every request so far, oldest first. Bodies are there only with [`Options::control`].
    pub fn ledger(&self) -> Vec<Entry> {
        self.with(|core, _| core.ledger.entries())
    }

    /// Empties the ledger; numbers go on.
    pub fn clear_ledger(&self) {
        self.with(|core, _| core.ledger.clear());
    }

    /// Is `/control/` served?
    pub(crate) fn controllable(&self) -> bool {
        self.0.control
    }

    /// Serves a request of the token endpoint.
    pub(crate) fn serve_token(&self, form: &[(String, String)]) -> Served {
        self.serve(|core, now| core.token(form, now))
    }

    /// Serves a request of an API.
    pub(crate) fn serve_api(&self, request: &Request) -> Served {
        self.serve(|core, now| core.api(request, now))
    }

    fn serve(&self, work: impl FnOnce(&mut Core, DateTime<Utc>) -> (Served, Option<FaultId>)) -> Served {
        let (served, fault) = self.with(|core, now| {
            core.tidy(now);
            work(core, now)
        });
        if fault.is_some() {
            self.0.hits.send_modify(|count| *count += 1);
        }
        served
    }

    /// Works on the core, and sees to it that the file follows where something changed.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Core, DateTime<Utc>) -> T) -> T {
        let mut core = self.0.core.lock().unwrap_or_else(PoisonError::into_inner);
        let before = core.version;
        let ahead = TimeDelta::try_milliseconds(core.state.ahead_ms).unwrap_or_default();
        let now = (self.0.clock)() + ahead;
        let value = work(&mut core, now);
        if core.version != before {
            self.0.changed.notify_one();
        }
        value
    }

    /// [`Sandbox::with`] for what changes the state.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut Core, DateTime<Utc>) -> T) -> T {
        self.with(|core, now| {
            core.touch();
            work(core, now)
        })
    }

    async fn keep(self) {
        loop {
            self.0.changed.notified().await;
            tokio::time::sleep(SAVE_EVERY).await;
            let sandbox = self.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || sandbox.save()).await {
                tracing::error!(%error, "the sandbox could not write its state");
            }
        }
    }

    /// Writes the state as it is now. Accounts are shared with the copy, so that requests go on meanwhile.
    fn save(&self) {
        let store = self.0.store.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(store) = store.as_ref() else { return };
        let state = self.with(|core, _| core.state.clone());
        if let Err(error) = store.write(&state) {
            tracing::error!(%error, "the sandbox could not write its state");
        }
    }
}
