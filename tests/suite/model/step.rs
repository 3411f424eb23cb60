//! What may happen next, drawn by chance.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use sandbox::{FaultKind, When};

use crate::world::{KINDS, METHODS};

/// One thing that happens. Numbers choose among what is there at that time.
#[derive(Debug, Clone)]
pub enum Step {
    /// A user does something.
    Edit(Edit),
    /// An administrator of the jobs asks for something.
    Order(Order),
    /// Something happens in the Workspace, or to the server.
    Event(Event),
    /// Work is done.
    Run(Which, Course),
}

/// What a user does in the own account; the first number is the user.
#[derive(Debug, Clone)]
pub enum Edit {
    Adds(usize, Place),
    AddsMany(usize, usize, usize),
    Edits(usize, usize, usize),
    EditsMany(usize, usize, usize),
    Deletes(usize, usize),
    DeletesMany(usize, usize, usize),
    PutsIn(usize, usize, usize),
    TakesOut(usize, usize, usize),
    MakesLabel(usize, usize),
    RenamesLabel(usize, usize, usize),
    DeletesLabel(usize, usize),
    /// Google gives a contact of the user's own another name.
    IsRenamed(usize, usize),
    EditsSynced(usize, usize, usize),
    EditsManySynced(usize, usize),
    Untags(usize, usize),
    DeletesSynced(usize, usize),
    DeletesManySynced(usize, usize),
    Restores(usize, usize),
    TakesOutOfSynced(usize, usize),
    Hides(usize, usize),
    Stars(usize, usize),
    /// Gives a synced contact a label, which may be the source of another job.
    Labels(usize, usize, usize),
    Copies(usize, usize),
    Merges(usize, usize),
    SyncedIsRenamed(usize, usize),
    RenamesSyncedGroup(usize, usize, usize),
    DeletesSyncedGroup(usize, usize),
}

/// Where a new contact is put.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    Nowhere,
    Label(usize),
    SyncedGroup(usize),
}

/// What an administrator asks for; the first number is the job.
#[derive(Debug, Clone)]
pub enum Order {
    /// A job, of the same group as another one where `like` names it.
    Create {
        like: Option<usize>,
        source: usize,
        label: usize,
        members: usize,
        name: Option<usize>,
        in_my_contacts: bool,
    },
    Join(usize, usize),
    Leave(usize, usize),
    Delete(usize, bool),
    Pause(usize),
    Resume(usize),
    Rename(usize, Option<usize>),
    Decide(bool),
    Cancel(usize),
    Preview(usize),
    Relink(usize, usize),
}

/// What happens in the Workspace, or to the server.
#[derive(Debug, Clone)]
pub enum Event {
    Suspends(usize),
    /// Moves a user to a secondary domain.
    Moves(usize),
    Returns(usize),
    GetsAddress(usize),
    /// A user is deleted and somebody new comes; under the same address?
    IsReplaced(usize, bool),
    Week,
    Restart,
}

/// Whose runs.
#[derive(Debug, Clone)]
pub enum Which {
    Job(usize),
    All,
    NextDay,
    /// What was asked for before.
    Waiting,
}

/// What becomes of the work.
#[derive(Debug, Clone)]
pub enum Course {
    Plain,
    Fault(When, FaultKind),
    /// The same, from that call on.
    Outage(When, FaultKind),
    /// A call is never answered, and the server loses patience; was it carried out?
    Silence(When, bool),
    /// The server is killed at a call; was it carried out?
    Killed(When, bool),
    /// The server is killed when it has the answer, before it records it.
    KilledBeforeRecord(u64),
    /// Users act when the server has sent a call and Google has not seen it.
    Before(u64, Vec<Edit>),
    /// Users act when Google has carried a call out and the server does not know.
    After(When, Vec<Edit>),
    /// An administrator asks for something meanwhile.
    Meanwhile(When, Order),
}

/// As many as are written in batches.
const MANY: std::ops::Range<usize> = 11..16;
/// Draws what comes next, among `users` of whom the first `sources` have groups to share.
pub struct Dice<'r> {
    pub rng: &'r mut StdRng,
    pub users: usize,
    pub sources: usize,
}

impl Dice<'_> {
    pub fn step(&mut self) -> Step {
        match self.rng.random_range(0..100) {
            0..46 => Step::Edit(self.edit()),
            46..60 => Step::Order(self.order()),
            60..65 => Step::Event(self.event()),
            _ => Step::Run(self.which(), self.course()),
        }
    }

    fn one(&mut self) -> usize {
        self.rng.random_range(0..12)
    }

    fn user(&mut self) -> usize {
        self.rng.random_range(0..self.users)
    }

    fn edit(&mut self) -> Edit {
        if self.rng.random_bool(0.5) { self.of_own() } else { self.of_synced() }
    }

    /// Mostly of those who share groups: what they do arrives elsewhere.
    fn of_own(&mut self) -> Edit {
        let user = if self.rng.random_bool(0.7) { self.rng.random_range(0..self.sources) } else { self.user() };
        let (one, other, many) = (self.one(), self.one(), self.rng.random_range(MANY));
        match self.rng.random_range(0..100) {
            0..22 => Edit::Adds(user, self.place()),
            22..27 => Edit::AddsMany(user, one, many),
            27..45 => Edit::Edits(user, one, other),
            45..49 => Edit::EditsMany(user, one, many),
            49..60 => Edit::Deletes(user, one),
            60..65 => Edit::DeletesMany(user, one, many),
            65..75 => Edit::PutsIn(user, one, other),
            75..85 => Edit::TakesOut(user, one, other),
            85..89 => Edit::MakesLabel(user, one),
            89..93 => Edit::RenamesLabel(user, one, other),
            93..97 => Edit::DeletesLabel(user, one),
            _ => Edit::IsRenamed(user, one),
        }
    }

    fn of_synced(&mut self) -> Edit {
        let (user, one, other) = (self.user(), self.one(), self.one());
        let many = self.rng.random_range(MANY);
        match self.rng.random_range(0..100) {
            0..17 => Edit::EditsSynced(user, one, other),
            17..21 => Edit::EditsManySynced(user, many),
            21..28 => Edit::Untags(user, one),
            28..41 => Edit::DeletesSynced(user, one),
            41..45 => Edit::DeletesManySynced(user, many),
            45..53 => Edit::Restores(user, one),
            53..60 => Edit::TakesOutOfSynced(user, one),
            60..66 => Edit::Hides(user, one),
            66..71 => Edit::Stars(user, one),
            71..77 => Edit::Labels(user, one, other),
            77..84 => Edit::Copies(user, one),
            84..88 => Edit::Merges(user, one),
            88..91 => Edit::SyncedIsRenamed(user, one),
            91..96 => Edit::RenamesSyncedGroup(user, one, other),
            _ => Edit::DeletesSyncedGroup(user, one),
        }
    }

    fn place(&mut self) -> Place {
        match self.rng.random_range(0..4) {
            0 => Place::Nowhere,
            1 => Place::SyncedGroup(self.one()),
            _ => Place::Label(self.one()),
        }
    }

    pub fn order(&mut self) -> Order {
        let (job, user) = (self.one(), self.user());
        match self.rng.random_range(0..100) {
            0..12 => self.creation(),
            12..32 => Order::Join(job, user),
            32..50 => Order::Leave(job, user),
            50..57 => Order::Delete(job, self.rng.random_bool(0.4)),
            57..61 => Order::Pause(job),
            61..64 => Order::Resume(job),
            64..70 => Order::Rename(job, self.rng.random_bool(0.6).then_some(user)),
            70..78 => Order::Decide(self.rng.random_bool(0.7)),
            78..82 => Order::Cancel(job),
            82..92 => Order::Preview(job),
            _ => Order::Relink(job, self.one()),
        }
    }

    pub fn creation(&mut self) -> Order {
        Order::Create {
            like: self.rng.random_bool(0.3).then(|| self.rng.random_range(0..12)),
            source: self.rng.random_range(0..self.sources),
            label: self.one(),
            members: self.rng.random_range(1..1 << self.users),
            name: self.rng.random_bool(0.3).then(|| self.rng.random_range(0..12)),
            in_my_contacts: self.rng.random_bool(0.8),
        }
    }

    fn event(&mut self) -> Event {
        let user = self.user();
        match self.rng.random_range(0..20) {
            0..4 => Event::Suspends(user),
            4..6 => Event::Moves(user),
            6..11 => Event::Returns(user),
            11..14 => Event::GetsAddress(user),
            14 => Event::IsReplaced(user, self.rng.random()),
            15..17 => Event::Week,
            _ => Event::Restart,
        }
    }

    fn which(&mut self) -> Which {
        match self.rng.random_range(0..10) {
            0..4 => Which::Job(self.one()),
            4..6 => Which::All,
            6..8 => Which::NextDay,
            _ => Which::Waiting,
        }
    }

    pub fn course(&mut self) -> Course {
        let nth = self.rng.random_range(1..25);
        match self.rng.random_range(0..100) {
            0..20 => Course::Plain,
            20..38 => Course::Fault(self.when(), self.kind()),
            38..41 => self.at_tokens(),
            41..46 => self.outage(),
            46..49 => Course::Silence(self.when(), self.rng.random()),
            49..61 => Course::Killed(self.when(), self.rng.random()),
            61..65 => Course::KilledBeforeRecord(nth),
            65..74 => Course::Before(nth, self.edits()),
            74..90 => Course::After(self.when(), self.edits()),
            _ => Course::Meanwhile(self.when(), self.order()),
        }
    }

    fn edits(&mut self) -> Vec<Edit> {
        (0..self.rng.random_range(1..4)).map(|_| self.edit()).collect()
    }

    fn kind(&mut self) -> FaultKind {
        *KINDS.choose(self.rng).unwrap()
    }

    /// Refusals for want of quota would be waited for without end.
    fn outage(&mut self) -> Course {
        let quota = [FaultKind::QuotaPerMinute, FaultKind::QuotaBackend];
        let kinds: Vec<FaultKind> = KINDS.into_iter().filter(|kind| !quota.contains(kind)).collect();
        Course::Outage(self.when(), *kinds.choose(self.rng).unwrap())
    }

    fn at_tokens(&mut self) -> Course {
        let nth = self.rng.random_range(1..4);
        let of_any_call = When::Method { id: "token".into(), nth };
        match self.rng.random_range(0..5) {
            0 => Course::Fault(When::Call(nth.into()), FaultKind::TokenRefused),
            1 => Course::Fault(When::Call(nth.into()), FaultKind::AccountRestricted),
            2 => Course::Fault(When::Call(nth.into()), FaultKind::RobotDisabled),
            _ => Course::Fault(of_any_call, self.kind()),
        }
    }

    fn when(&mut self) -> When {
        if self.rng.random_bool(0.5) {
            return When::Call(self.rng.random_range(1..25));
        }
        let id = (*METHODS.choose(self.rng).unwrap()).to_owned();
        When::Method { id, nth: self.rng.random_range(1..4) }
    }
}
