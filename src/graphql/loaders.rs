//! Batches: nested objects wait here and join in one statement per kind and level, with the crate `dataloader`.
//!
//! Made for each execution, never shared: what one caller has read says nothing to the next. A mutation that changes
//! something starts with fresh ones ([`Loaders::forget`]), so that what it returns is the present.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use ::dataloader::BatchFn;
use ::dataloader::cached::Loader;
use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest};
use async_graphql::{Request, ServerResult};

use super::ApiError;
use super::gate::Gate;
use super::nested::Nested;
use crate::domain::{
    AuditEntry, AuditId, ContactGroup, ContactGroupId, Destination, DestinationId, DestinationResult, Hold, Job, JobId,
    ResultId, Run, RunId, StatusCounts, SyncedGroup, SyncedGroupId, UserId, Workspace, WorkspaceUser,
};
use crate::store::{Store, StoreError, StoreResult};

/// Keys per statement; SQLite binds 32,766 values.
const BATCH: usize = 1_000;
/// Rounds that a loader waits before it sends a batch. One: the gate lets it go on only when all keys have joined; with none
/// it would not stop for that.
const YIELDS: usize = 1;

/// Gives each execution its loaders.
pub(super) struct PerExecution;

impl ExtensionFactory for PerExecution {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(PerExecution)
    }
}

#[async_trait]
impl Extension for PerExecution {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let request = match ctx.data_opt::<Store>() {
            Some(store) => request.data(Arc::new(Loaders::new(store.clone()))),
            None => request,
        };
        next.run(ctx, request).await
    }
}

/// What is loaded for a key: nothing, if there is no such thing. A failure is the same for the whole batch.
pub(super) type Loaded<T> = Result<Option<T>, Arc<StoreError>>;

macro_rules! batches {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty = $read:ident;)*) => {
        $(
            struct $name(Store);

            impl BatchFn<$key, Loaded<$value>> for $name {
                async fn load(&mut self, keys: &[$key]) -> HashMap<$key, Loaded<$value>> {
                    answered(keys, self.0.$read(keys).await)
                }
            }
        )*
    };
}

batches! {
    Users: UserId => WorkspaceUser = users_by_ids;
    ContactGroups: ContactGroupId => ContactGroup = groups_by_ids;
    Jobs: JobId => Job = jobs_by_ids;
    Destinations: DestinationId => Destination = destinations_by_ids;
    SyncedGroups: SyncedGroupId => SyncedGroup = synced_groups_by_ids;
    SyncedGroupsOf: DestinationId => SyncedGroup = synced_groups_of;
    Runs: RunId => Run = runs_by_ids;
    ActiveRuns: JobId => Run = active_runs;
    LastRuns: JobId => Run = last_runs;
    StatusCountsOf: JobId => StatusCounts = status_counts;
    Results: ResultId => DestinationResult = results_by_ids;
    LastResults: DestinationId => DestinationResult = last_results;
    Holds: RunId => Hold = holds;
    AuditEntries: AuditId => AuditEntry = audit_by_ids;
}

/// Answers for all keys, of what was read for them.
pub(super) fn answered<K: Clone + Eq + Hash, V>(keys: &[K], read: StoreResult<HashMap<K, V>>) -> HashMap<K, Loaded<V>> {
    match read {
        Ok(mut found) => keys.iter().map(|key| (key.clone(), Ok(found.remove(key)))).collect(),
        Err(error) => {
            let error = Arc::new(error);
            keys.iter().map(|key| (key.clone(), Err(Arc::clone(&error)))).collect()
        }
    }
}

/// Batches of one kind.
pub(super) struct By<K, V, F>
where
    K: Clone + Eq + Hash + std::fmt::Debug,
    V: Clone,
    F: BatchFn<K, Loaded<V>>,
{
    loader: Loader<K, Loaded<V>, F>,
    gate: Arc<Gate>,
}

impl<K, V, F> By<K, V, F>
where
    K: Clone + Eq + Hash + std::fmt::Debug,
    V: Clone,
    F: BatchFn<K, Loaded<V>>,
{
    /// Batches of what `read` reads, behind the gate of their execution.
    pub(super) fn new(read: F, gate: &Arc<Gate>) -> Self {
        let loader = Loader::new(read).with_max_batch_size(BATCH).with_yield_count(YIELDS);
        Self { loader, gate: Arc::clone(gate) }
    }

    /// What the batch brings for a key.
    pub(super) async fn load(&self, key: K) -> Result<Option<V>, ApiError> {
        match self.gate.pass(self.loader.try_load(key)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(ApiError::internal(error)),
            Err(error) => Err(ApiError::internal(error)),
        }
    }
}

struct Cached {
    users: By<UserId, WorkspaceUser, Users>,
    contact_groups: By<ContactGroupId, ContactGroup, ContactGroups>,
    jobs: By<JobId, Job, Jobs>,
    destinations: By<DestinationId, Destination, Destinations>,
    synced_groups: By<SyncedGroupId, SyncedGroup, SyncedGroups>,
    synced_groups_of: By<DestinationId, SyncedGroup, SyncedGroupsOf>,
    runs: By<RunId, Run, Runs>,
    active_runs: By<JobId, Run, ActiveRuns>,
    last_runs: By<JobId, Run, LastRuns>,
    status_counts: By<JobId, StatusCounts, StatusCountsOf>,
    results: By<ResultId, DestinationResult, Results>,
    last_results: By<DestinationId, DestinationResult, LastResults>,
    holds: By<RunId, Hold, Holds>,
    audit_entries: By<AuditId, AuditEntry, AuditEntries>,
    workspace: tokio::sync::OnceCell<Option<Workspace>>,
    nested: Arc<Nested>,
}

impl Cached {
    fn new(store: &Store) -> Self {
        let gate = Arc::new(Gate::new());
        Self {
            users: By::new(Users(store.clone()), &gate),
            contact_groups: By::new(ContactGroups(store.clone()), &gate),
            jobs: By::new(Jobs(store.clone()), &gate),
            destinations: By::new(Destinations(store.clone()), &gate),
            synced_groups: By::new(SyncedGroups(store.clone()), &gate),
            synced_groups_of: By::new(SyncedGroupsOf(store.clone()), &gate),
            runs: By::new(Runs(store.clone()), &gate),
            active_runs: By::new(ActiveRuns(store.clone()), &gate),
            last_runs: By::new(LastRuns(store.clone()), &gate),
            status_counts: By::new(StatusCountsOf(store.clone()), &gate),
            results: By::new(Results(store.clone()), &gate),
            last_results: By::new(LastResults(store.clone()), &gate),
            holds: By::new(Holds(store.clone()), &gate),
            audit_entries: By::new(AuditEntries(store.clone()), &gate),
            workspace: tokio::sync::OnceCell::new(),
            nested: Arc::new(Nested::new(store, &gate)),
        }
    }
}

/// The batches of one execution.
pub(super) struct Loaders {
    store: Store,
    cached: RwLock<Arc<Cached>>,
}

macro_rules! loads {
    ($($(#[$doc:meta])* $name:ident($key:ty) -> $value:ty = $loader:ident;)*) => {
        $(
            $(#[$doc])*
            pub(super) async fn $name(&self, key: $key) -> Result<Option<$value>, ApiError> {
                let cached = self.cached();
                cached.$loader.load(key).await
            }
        )*
    };
}

impl Loaders {
    fn new(store: Store) -> Self {
        let cached = RwLock::new(Arc::new(Cached::new(&store)));
        Self { store, cached }
    }

    /// Forgets what was read: something has changed since.
    pub(super) fn forget(&self) {
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Cached::new(&self.store));
    }

    fn cached(&self) -> Arc<Cached> {
        Arc::clone(&self.cached.read().unwrap_or_else(PoisonError::into_inner))
    }

    loads! {
        /// A user.
        user(UserId) -> WorkspaceUser = users;
        /// A contact group of a source user.
        contact_group(ContactGroupId) -> ContactGroup = contact_groups;
        /// A job.
        job(JobId) -> Job = jobs;
        /// A destination.
        destination(DestinationId) -> Destination = destinations;
        /// A synced group.
        synced_group(SyncedGroupId) -> SyncedGroup = synced_groups;
        /// The synced group of a destination.
        synced_group_of(DestinationId) -> SyncedGroup = synced_groups_of;
        /// A run.
        run(RunId) -> Run = runs;
        /// The unfinished run of a job.
        active_run(JobId) -> Run = active_runs;
        /// The last finished run of a job.
        last_run(JobId) -> Run = last_runs;
        /// A result.
        result(ResultId) -> DestinationResult = results;
        /// The result of a destination in the last run that included it.
        last_result(DestinationId) -> DestinationResult = last_results;
        /// The hold of a run.
        hold(RunId) -> Hold = holds;
        /// An entry of the audit log.
        audit_entry(AuditId) -> AuditEntry = audit_entries;
    }

    /// Destinations of a job per status.
    pub(super) async fn status_counts(&self, job: JobId) -> Result<StatusCounts, ApiError> {
        let cached = self.cached();
        Ok(cached.status_counts.load(job).await?.unwrap_or_default())
    }

    /// Lists that are nested in other objects.
    pub(super) fn nested(&self) -> Arc<Nested> {
        Arc::clone(&self.cached().nested)
    }

    /// The Workspace, as last read.
    pub(super) async fn workspace(&self) -> Result<Option<Workspace>, ApiError> {
        let cached = self.cached();
        Ok(cached.workspace.get_or_try_init(|| self.store.workspace()).await?.clone())
    }
}
