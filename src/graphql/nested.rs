//! Batches of nested lists: a list with the same arguments in many parents is one statement for its pages, one for its
//! counts. Only for first pages: a cursor belongs to one parent.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use ::dataloader::BatchFn;

use super::ApiError;
use super::gate::Gate;
use super::loaders::{By, Loaded, answered};
use crate::domain::{
    ChangeAction, ContactChange, Destination, DestinationResult, Event, Job, JobId, ResultId, Run, RunId, UserId,
};
use crate::store::{
    DestinationFilter, DestinationOrderField, Direction, Page, Position, ResultFilter, RunFilter, Store,
};

/// A page, or a count, of a list that is nested in a parent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PageOf<P, A> {
    parent: P,
    arguments: A,
}

/// Parents by the arguments that their lists have in common.
fn alike<P: Copy, A: Eq + Hash>(keys: &[PageOf<P, A>]) -> HashMap<&A, Vec<P>> {
    let mut parents: HashMap<&A, Vec<P>> = HashMap::new();
    for key in keys {
        parents.entry(&key.arguments).or_default().push(key.parent);
    }
    parents
}

/// `name(parent, arguments) -> value`: how it is read for all parents with these arguments.
macro_rules! lists {
    ($(
        $(#[$doc:meta])*
        $name:ident, $batch:ident: $parent:ty, $arguments:ty => $value:ty,
        |$store:ident, $parents:ident, $pattern:pat_param| $read:expr;
    )*) => {
        $(
            struct $batch(Store);

            impl BatchFn<PageOf<$parent, $arguments>, Loaded<$value>> for $batch {
                async fn load(
                    &mut self,
                    keys: &[PageOf<$parent, $arguments>],
                ) -> HashMap<PageOf<$parent, $arguments>, Loaded<$value>> {
                    let $store = &self.0;
                    let mut all = HashMap::new();
                    for (arguments, parents) in alike(keys) {
                        let ($parents, $pattern) = (&parents, arguments);
                        let loaded = answered(&parents, $read.await).into_iter();
                        all.extend(loaded.map(|(parent, value)| {
                            (PageOf { parent, arguments: arguments.clone() }, value)
                        }));
                    }
                    all
                }
            }
        )*

        /// Batches of the nested lists of one execution.
        pub(super) struct Nested {
            $($name: By<PageOf<$parent, $arguments>, $value, $batch>,)*
        }

        impl Nested {
            pub(super) fn new(store: &Store, gate: &Arc<Gate>) -> Self {
                Self { $($name: By::new($batch(store.clone()), gate),)* }
            }

            $(
                $(#[$doc])*
                pub(super) async fn $name(&self, parent: $parent, arguments: $arguments) -> Result<$value, ApiError> {
                    Ok(self.$name.load(PageOf { parent, arguments }).await?.unwrap_or_default())
                }
            )*
        }
    };
}

lists! {
    /// Destinations of a job.
    destinations, Destinations: JobId, (DestinationFilter, DestinationOrderField, Direction, u32) => Page<Destination>,
    |store, jobs, (filter, order, direction, first)| store.destinations_pages(jobs, filter, *order, *direction, *first);

    /// How many destinations of a job there are.
    destination_count, DestinationCounts: JobId, DestinationFilter => u64,
    |store, jobs, filter| store.count_destinations_by_job(jobs, filter);

    /// Destinations that are a user.
    destinations_of_user, DestinationsOfUsers: UserId, u32 => Page<Destination>,
    |store, users, first| store.destinations_pages_of_users(users, *first);

    /// How many destinations are a user.
    destination_count_of_user, DestinationCountsOfUsers: UserId, () => u64,
    |store, users, ()| store.count_destinations_by_user(users);

    /// Jobs that sync from a user.
    jobs_of_source, JobsOfSources: UserId, u32 => Page<Job>,
    |store, users, first| store.jobs_pages_of_sources(users, *first);

    /// How many jobs sync from a user.
    job_count_of_source, JobCountsOfSources: UserId, () => u64,
    |store, users, ()| store.count_jobs_by_source(users);

    /// Runs of a job.
    runs, Runs: JobId, (RunFilter, u32) => Page<Run>,
    |store, jobs, (filter, first)| store.runs_pages(jobs, filter, *first);

    /// How many runs of a job there are.
    run_count, RunCounts: JobId, RunFilter => u64,
    |store, jobs, filter| store.count_runs_by_job(jobs, filter);

    /// Results of a run.
    results, Results: RunId, (ResultFilter, u32) => Page<DestinationResult>,
    |store, runs, (filter, first)| store.results_pages(runs, filter, *first);

    /// How many results of a run there are.
    result_count, ResultCounts: RunId, ResultFilter => u64,
    |store, runs, filter| store.count_results_by_run(runs, filter);

    /// Log of a run.
    events, Events: RunId, u32 => Page<Event>,
    |store, runs, first| store.events_pages(runs, *first);

    /// Sequence number of the last event of a run; 0 when there is none.
    last_sequence, LastSequences: RunId, () => i32,
    |store, runs, ()| store.last_sequences(runs);

    /// Changes at one destination of a run, each with its place in the list.
    changes, Changes: ResultId, (Option<Vec<ChangeAction>>, u32) => Page<(Position, ContactChange)>,
    |store, results, (actions, first)| store.changes_pages(results, actions.as_deref(), *first);

    /// How many changes at one destination of a run there are.
    change_count, ChangeCounts: ResultId, Option<Vec<ChangeAction>> => u64,
    |store, results, actions| store.count_changes_by_result(results, actions.as_deref());
}
