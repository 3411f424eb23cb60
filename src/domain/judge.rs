//! Judges a list of addresses: which may become destinations, and what is wrong with the others (R9). Pure.

use std::collections::HashMap;

use super::{
    DestinationId, DestinationStatus, EmailAddress, InvalidDestinationReason, JobId, Outcome, Refusal, RefusalCode,
    Row, UserId, WorkspaceUser,
};

/// What to do with a list that has invalid users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidDestinationPolicy {
    /// Change nothing.
    RejectAll,
    /// Accept the valid users.
    SkipInvalid,
}

/// A destination that receives the same source group already, through whatever job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// The destination.
    pub id: DestinationId,
    /// Its job.
    pub job: JobId,
    /// Its status.
    pub status: DestinationStatus,
}

/// What a list of addresses is judged against.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Domain whose users may be destinations.
    pub primary_domain: &'a str,
    /// Users that the addresses lead to.
    pub users: &'a HashMap<EmailAddress, WorkspaceUser>,
    /// Source user, who cannot be a destination. `None` when it was refused itself.
    pub source: Option<UserId>,
    /// Job that the users are to join. `None` for a new one.
    pub job: Option<JobId>,
    /// Who receives the source group already.
    pub present: &'a HashMap<UserId, Present>,
}

/// What is to become of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// May become a destination.
    Valid(UserId),
    /// Is a destination of this job.
    Present(DestinationId),
    /// Same as an earlier row.
    Duplicate,
    /// May not.
    Invalid(InvalidDestinationReason),
}

/// Judges each address, in order.
#[must_use]
pub fn judge(sent: &[String], around: &Surroundings<'_>) -> Vec<Verdict> {
    let mut seen: HashMap<String, ()> = HashMap::new();
    sent.iter()
        .map(|sent| {
            let address = EmailAddress::parse(sent).ok();
            let user = address.as_ref().and_then(|address| around.users.get(address));
            // Two addresses of one user are the same row twice.
            let same = match (user, &address) {
                (Some(user), _) => user.id.to_string(),
                (None, Some(address)) => address.to_string(),
                (None, None) => sent.trim().to_lowercase(),
            };
            if seen.insert(same, ()).is_some() {
                return Verdict::Duplicate;
            }
            match (address, user) {
                (None, _) => Verdict::Invalid(InvalidDestinationReason::MalformedAddress),
                (Some(address), None) if address.domain() == around.primary_domain => {
                    Verdict::Invalid(InvalidDestinationReason::UserNotFound)
                }
                (Some(_), None) => Verdict::Invalid(InvalidDestinationReason::NotOnPrimaryDomain),
                (Some(_), Some(user)) => of_user(user, around),
            }
        })
        .collect()
}

fn of_user(user: &WorkspaceUser, around: &Surroundings<'_>) -> Verdict {
    let present = around.present.get(&user.id);
    if let Some(present) = present.filter(|present| Some(present.job) == around.job) {
        return match present.status {
            DestinationStatus::Removing => Verdict::Invalid(InvalidDestinationReason::RemovalInProgress),
            DestinationStatus::Pending | DestinationStatus::Synced | DestinationStatus::Failing => {
                Verdict::Present(present.id)
            }
        };
    }
    if let Some(reason) = user.ineligible_reason(around.primary_domain) {
        return Verdict::Invalid(reason);
    }
    if around.source == Some(user.id) {
        return Verdict::Invalid(InvalidDestinationReason::IsSourceUser);
    }
    match present {
        Some(present) if present.status == DestinationStatus::Removing => {
            Verdict::Invalid(InvalidDestinationReason::RemovalInProgress)
        }
        Some(_) => Verdict::Invalid(InvalidDestinationReason::AlreadyReceivesGroup),
        None => Verdict::Valid(user.id),
    }
}

/// The rows of the answer, and a refusal per invalid address. `added` maps those that became destinations; where it has no
/// entry for a valid user the row was not attempted.
#[must_use]
pub fn rows(
    sent: &[String],
    verdicts: &[Verdict],
    added: &HashMap<UserId, DestinationId>,
    primary_domain: &str,
    list: &[&str],
) -> (Vec<Row>, Vec<Refusal>) {
    let mut refusals = Vec::new();
    let rows = sent.iter().zip(verdicts).enumerate();
    let rows = rows.map(|(index, (sent, verdict))| {
        let (outcome, destination) = match verdict {
            Verdict::Valid(user) => match added.get(user) {
                Some(destination) => (Outcome::Added, Some(*destination)),
                None => (Outcome::NotAttempted, None),
            },
            Verdict::Present(destination) => (Outcome::AlreadyPresent, Some(*destination)),
            Verdict::Duplicate => (Outcome::DuplicateInRequest, None),
            Verdict::Invalid(reason) => (Outcome::Invalid(*reason), None),
        };
        let row = Row { index, sent: sent.clone(), outcome, destination };
        refusals.extend(refusal(&row, primary_domain, list));
        row
    });
    (rows.collect(), refusals)
}

/// The refusal of an invalid row of the list at this path.
#[must_use]
pub fn refusal(row: &Row, primary_domain: &str, list: &[&str]) -> Option<Refusal> {
    let Outcome::Invalid(reason) = row.outcome else { return None };
    let code = RefusalCode::InvalidDestinationUser { email: row.sent.clone(), reason };
    let index = row.index.to_string();
    let path: Vec<&str> = list.iter().copied().chain([index.as_str()]).collect();
    Some(Refusal::new(code, &path, reason.message(&row.sent, primary_domain)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Time;

    fn user(email: &str) -> WorkspaceUser {
        WorkspaceUser {
            id: UserId::random(),
            google_id: email.into(),
            email: EmailAddress::parse(email).unwrap(),
            display_name: "Some One".into(),
            is_suspended: false,
            is_archived: false,
            is_guest: false,
            is_deleted: false,
            read_at: Time::UNIX_EPOCH,
        }
    }

    fn verdicts(sent: &[&str], users: &[(&str, &WorkspaceUser)], present: &[(UserId, Present)]) -> Vec<Verdict> {
        let users = users.iter().map(|(address, user)| (EmailAddress::parse(address).unwrap(), (*user).clone()));
        let around = Surroundings {
            primary_domain: "corp.example",
            users: &users.collect(),
            source: None,
            job: None,
            present: &present.iter().copied().collect(),
        };
        judge(&sent.iter().map(|&sent| sent.to_owned()).collect::<Vec<_>>(), &around)
    }

    #[test]
    fn r09_each_reason_has_its_verdict() {
        use InvalidDestinationReason as Reason;
        let second = user("zoe@second.example");
        let suspended = WorkspaceUser { is_suspended: true, ..user("s@corp.example") };
        let archived = WorkspaceUser { is_archived: true, ..user("a@corp.example") };
        let guest = WorkspaceUser { is_guest: true, ..user("g@corp.example") };
        let deleted = WorkspaceUser { is_deleted: true, ..user("d@corp.example") };
        let sent = [
            "x",
            "no@corp.example",
            "no@elsewhere.example",
            "zoe@second.example",
            "s@corp.example",
            "a@corp.example",
            "g@corp.example",
            "d@corp.example",
        ];
        let known = [
            ("zoe@second.example", &second),
            ("s@corp.example", &suspended),
            ("a@corp.example", &archived),
            ("g@corp.example", &guest),
            ("d@corp.example", &deleted),
        ];
        let expected = [
            Reason::MalformedAddress,
            Reason::UserNotFound,
            Reason::NotOnPrimaryDomain,
            Reason::NotOnPrimaryDomain,
            Reason::UserSuspended,
            Reason::UserArchived,
            Reason::GuestUser,
            Reason::UserNotFound,
        ];
        assert_eq!(verdicts(&sent, &known, &[]), expected.map(Verdict::Invalid));
    }

    #[test]
    fn r09_an_alias_is_the_same_user_and_a_second_job_is_refused() {
        let ann = user("ann@corp.example");
        let sent = ["ann@corp.example", " ANN@corp.example", "annie@alias.example", "x", "X"];
        let known = [("ann@corp.example", &ann), ("annie@alias.example", &ann)];
        let malformed = Verdict::Invalid(InvalidDestinationReason::MalformedAddress);
        let expected = [Verdict::Valid(ann.id), Verdict::Duplicate, Verdict::Duplicate, malformed, Verdict::Duplicate];
        assert_eq!(verdicts(&sent, &known, &[]), expected);
        for (status, reason) in [
            (DestinationStatus::Synced, InvalidDestinationReason::AlreadyReceivesGroup),
            (DestinationStatus::Removing, InvalidDestinationReason::RemovalInProgress),
        ] {
            let present = Present { id: DestinationId::random(), job: JobId::random(), status };
            assert_eq!(verdicts(&sent[..1], &known, &[(ann.id, present)]), [Verdict::Invalid(reason)]);
        }
    }
}
