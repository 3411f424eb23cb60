//! What may happen between two looks at the accounts.

use proptest::prelude::*;
use sandbox::FaultKind;

/// One thing that happens. Numbers choose among what is there at that time.
#[derive(Debug, Clone)]
pub enum Step {
    SourceAdds,
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
    /// A run with a fault at the n-th call from its begin.
    FaultyRun(u64, FaultKind),
    /// A run during which the server is killed at the n-th call, before or after Google carried it out.
    KilledRun(u64, bool),
    Restart,
    DatabaseIsLost,
}

fn kind() -> impl Strategy<Value = FaultKind> {
    prop_oneof![
        Just(FaultKind::QuotaPerMinute),
        Just(FaultKind::QuotaBackend),
        Just(FaultKind::InternalError),
        Just(FaultKind::BadGatewayHtml),
        Just(FaultKind::Unavailable),
        Just(FaultKind::CutBefore),
        Just(FaultKind::CutAfter),
        Just(FaultKind::CommitThenError),
        Just(FaultKind::CommitThenBadGateway),
        Just(FaultKind::ExpiredSyncToken),
        Just(FaultKind::Unauthorized),
        Just(FaultKind::Forbidden),
    ]
}

pub fn step() -> impl Strategy<Value = Step> {
    let (user, one) = (0..3usize, 0..8usize);
    let pair = (user.clone(), one.clone());
    prop_oneof![
        3 => Just(Step::SourceAdds),
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
        4 => (1..20u64, kind()).prop_map(|(call, kind)| Step::FaultyRun(call, kind)),
        4 => (1..20u64, any::<bool>()).prop_map(|(call, after)| Step::KilledRun(call, after)),
        1 => Just(Step::Restart),
        1 => Just(Step::DatabaseIsLost),
    ]
}
