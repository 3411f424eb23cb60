//! What may happen between two looks at the accounts.

use proptest::prelude::*;
use sandbox::{FaultKind, When};

use crate::world::{KINDS, METHODS};

/// One thing that happens. Numbers choose among what is there at that time.
#[derive(Debug, Clone)]
pub enum Step {
    SourceAdds,
    /// As many at once as make a batch.
    SourceAddsMany(usize),
    SourceEditsMany(usize),
    SourceDeletesMany(usize),
    UserEditsMany(usize, usize),
    UserDeletesMany(usize, usize),
    SourceEdits(usize),
    SourceDeletes(usize),
    SourceTakesOut(usize),
    SourceTakesIn(usize),
    SourceRenamesGroup(bool),
    UserEdits(usize, usize),
    UserUntags(usize, usize),
    UserDeletes(usize, usize),
    UserRestores(usize),
    UserTakesOut(usize, usize),
    UserHides(usize, usize),
    UserStars(usize, usize),
    UserAdds(usize),
    UserCopies(usize, usize),
    UserEditsOwn(usize, usize),
    UserDeletesOwn(usize, usize),
    UserRenamesGroup(usize),
    UserDeletesGroup(usize),
    UserMakesGroup(usize),
    Joins(usize),
    Leaves(usize),
    Run,
    NextDay,
    Week,
    /// A run with a fault.
    FaultyRun(When, FaultKind),
    /// A run during which the server is killed at a call, before or after Google carried it out.
    KilledRun(When, bool),
    Restart,
    DatabaseIsLost,
}

/// A call of a run: the n-th of all, or of one method.
fn when() -> impl Strategy<Value = When> {
    let method = (proptest::sample::select(&METHODS[..]), 1..4u32);
    prop_oneof![(1..20u64).prop_map(When::Call), method.prop_map(|(id, nth)| When::Method { id: id.to_owned(), nth }),]
}

/// How a story begins, and on what.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Contacts of the source group at the start.
    pub contacts: usize,
    /// Accounts in hand at once.
    pub accounts: usize,
    /// Writes show late.
    pub lags: bool,
}

pub fn setting() -> impl Strategy<Value = Setting> {
    let contacts = prop_oneof![1 => Just(3), 1 => 15..30usize];
    let accounts = prop_oneof![2 => Just(1), 1 => Just(3)];
    (contacts, accounts, any::<bool>()).prop_map(|(contacts, accounts, lags)| Setting { contacts, accounts, lags })
}

/// As many as are written in batches: from 7 creates or updates and from 11 deletes.
const MANY: std::ops::Range<usize> = 11..16;

/// Something that happens to many contacts at once.
fn bulk() -> impl Strategy<Value = Step> {
    let (user, many) = (0..3usize, MANY);
    let pair = (user, many.clone());
    prop_oneof![
        2 => many.clone().prop_map(Step::SourceAddsMany),
        2 => many.clone().prop_map(Step::SourceEditsMany),
        3 => many.prop_map(Step::SourceDeletesMany),
        1 => pair.clone().prop_map(|(user, many)| Step::UserEditsMany(user, many)),
        1 => pair.prop_map(|(user, many)| Step::UserDeletesMany(user, many)),
    ]
}

pub fn step() -> impl Strategy<Value = Step> {
    let (user, one) = (0..3usize, 0..8usize);
    let pair = (user.clone(), one.clone());
    prop_oneof![
        3 => Just(Step::SourceAdds),
        9 => bulk(),
        2 => one.clone().prop_map(Step::SourceEdits),
        2 => one.clone().prop_map(Step::SourceDeletes),
        1 => one.clone().prop_map(Step::SourceTakesOut),
        1 => one.prop_map(Step::SourceTakesIn),
        1 => any::<bool>().prop_map(Step::SourceRenamesGroup),
        2 => pair.clone().prop_map(|(user, one)| Step::UserEdits(user, one)),
        1 => pair.clone().prop_map(|(user, one)| Step::UserUntags(user, one)),
        2 => pair.clone().prop_map(|(user, one)| Step::UserDeletes(user, one)),
        1 => user.clone().prop_map(Step::UserRestores),
        1 => pair.clone().prop_map(|(user, one)| Step::UserTakesOut(user, one)),
        1 => pair.clone().prop_map(|(user, one)| Step::UserHides(user, one)),
        1 => pair.clone().prop_map(|(user, one)| Step::UserStars(user, one)),
        3 => user.clone().prop_map(Step::UserAdds),
        1 => pair.clone().prop_map(|(user, one)| Step::UserCopies(user, one)),
        1 => pair.clone().prop_map(|(user, one)| Step::UserEditsOwn(user, one)),
        1 => pair.prop_map(|(user, one)| Step::UserDeletesOwn(user, one)),
        1 => user.clone().prop_map(Step::UserRenamesGroup),
        1 => user.clone().prop_map(Step::UserDeletesGroup),
        1 => user.clone().prop_map(Step::UserMakesGroup),
        1 => user.clone().prop_map(Step::Joins),
        1 => user.prop_map(Step::Leaves),
        3 => Just(Step::Run),
        2 => Just(Step::NextDay),
        1 => Just(Step::Week),
        4 => (when(), proptest::sample::select(&KINDS[..])).prop_map(|(when, kind)| Step::FaultyRun(when, kind)),
        4 => (when(), any::<bool>()).prop_map(|(when, after)| Step::KilledRun(when, after)),
        1 => Just(Step::Restart),
        1 => Just(Step::DatabaseIsLost),
    ]
}
