//! Tables of what the engine decides: state at the source and in the account, and the plan that must follow.

use std::collections::BTreeSet;

use serde_json::{Map, json};

use super::{Action, PlanInput, Reading, fingerprint, mirror_after_changes, mirror_after_full_read, plan};
use crate::domain::{
    Change, CompleteRead, ContactNumber, Content, Etags, Field, GSYNC, GSYNC_NONCE, GSyncTag, JobNumber, Link, Links,
    MY_CONTACTS, Mirror, MirrorEntry, Nonce, Person, ResourceName,
};

const GROUP: &str = "contactGroups/ours";

fn name(text: &str) -> ResourceName {
    ResourceName::new(text)
}

fn job() -> JobNumber {
    JobNumber::derive("C1", "1", "contactGroups/s")
}

fn content(nickname: &str) -> Content {
    let mut content = Content::default();
    let item: Map<_, _> = json!({ "value": nickname }).as_object().cloned().unwrap();
    content.set(Field::Nicknames, vec![item]);
    content
}

/// A contact of ours, as we left it.
fn copy(resource: &str, number: u64, nonce: &str) -> Person {
    let tag = GSyncTag { job: job(), contact: ContactNumber(number) }.to_string();
    Person {
        resource: name(resource),
        previous: Vec::new(),
        etags: Some(Etags { person: "%p".into(), source: format!("#{resource}") }),
        number: None,
        content: content("as sent"),
        tags: vec![tag.clone()],
        client_data: vec![(GSYNC.into(), tag), (GSYNC_NONCE.into(), nonce.into())],
        groups: [name(GROUP), name(MY_CONTACTS)].into(),
    }
}

fn untwinned(person: Person) -> Person {
    Person { client_data: Vec::new(), ..person }
}

fn link(person: &Person, nonce: &str) -> Link {
    let stored = fingerprint(&person.content);
    Link {
        resource: person.resource.clone(),
        nonce: Some(Nonce::from(nonce.to_owned())),
        etags: person.etags.clone().unwrap(),
        sent: stored.clone(),
        stored,
    }
}

/// The source group has contact 1.
fn source() -> Mirror {
    let entry =
        MirrorEntry { resource: name("people/c1"), is_present: true, content: fingerprint(&content("as sent")) };
    [(ContactNumber(1), entry)].into()
}

/// What a plan does, one word per action, and the additions it sees.
fn told(mirror: &Mirror, links: &[(u64, Link)], reading: &Reading) -> (Vec<String>, Vec<String>) {
    let links: Links = links.iter().map(|(number, link)| (ContactNumber(*number), link.clone())).collect();
    let planned = plan(PlanInput {
        job: job(),
        mirror,
        links: &links,
        intents: &[],
        reading,
        group: &name(GROUP),
        my_contacts: true,
        additions: &BTreeSet::new(),
    });
    let word = |action: &Action| match action {
        Action::Create { number } => format!("create {number}"),
        Action::Write { resource, is_overwrite: true, .. } => format!("overwrite {resource}"),
        Action::Write { resource, .. } => format!("update {resource}"),
        Action::Join { resource, group, .. } => format!("join {resource} {group}"),
        Action::Record { link, .. } => format!("record {}", link.resource),
        Action::Delete { resource, .. } => format!("delete {resource}"),
        Action::Forget { number } => format!("forget {number}"),
    };
    let additions = planned.additions.iter().map(ToString::to_string).collect();
    (planned.actions.iter().map(word).collect(), additions)
}

fn full(people: &[Person]) -> Reading {
    Reading::Full(people.to_vec())
}

fn nothing_new() -> Reading {
    Reading::Changes { present: Vec::new(), deleted: BTreeSet::new() }
}

#[test]
fn what_is_as_we_left_it_is_left_alone() {
    let ours = copy("a", 1, "n");
    let linked = [(1, link(&ours, "n"))];
    assert_eq!(told(&source(), &linked, &full(&[ours])), (vec![], vec![]));
    assert_eq!(told(&source(), &linked, &nothing_new()), (vec![], vec![]));
}

#[test]
fn a_change_at_the_source_is_written_and_an_edit_is_overwritten() {
    let ours = copy("a", 1, "n");
    let linked = [(1, link(&ours, "n"))];
    let mut changed = source();
    changed.get_mut(&ContactNumber(1)).unwrap().content = fingerprint(&content("new"));
    assert_eq!(told(&changed, &linked, &nothing_new()).0, ["update a"]);
    let edited = Person { content: content("edited"), ..ours.clone() };
    assert_eq!(told(&source(), &linked, &full(&[edited])).0, ["overwrite a"]);
    let untagged = Person { tags: Vec::new(), ..ours.clone() };
    assert_eq!(told(&source(), &linked, &full(&[untagged])).0, ["overwrite a"]);
    let tagged_twice = Person { tags: [ours.tags.clone(), ours.tags.clone()].concat(), ..ours };
    assert_eq!(told(&source(), &linked, &full(&[tagged_twice])).0, ["overwrite a"]);
}

#[test]
fn a_star_is_only_recorded_and_lost_groups_are_given_back() {
    let ours = copy("a", 1, "n");
    let linked = [(1, link(&ours, "n"))];
    let mut starred = ours.clone();
    starred.groups.insert(name("contactGroups/starred"));
    starred.etags = Some(Etags { person: "%q".into(), source: "#new".into() });
    assert_eq!(told(&source(), &linked, &full(&[starred])).0, ["record a"]);
    let alone = Person { groups: BTreeSet::new(), ..ours };
    assert_eq!(
        told(&source(), &linked, &full(&[alone])).0,
        [format!("join a {GROUP}"), format!("join a {MY_CONTACTS}")]
    );
}

#[test]
fn what_the_user_deleted_is_created_again_and_what_left_the_source_is_deleted() {
    let ours = copy("a", 1, "n");
    let linked = [(1, link(&ours, "n"))];
    assert_eq!(told(&source(), &linked, &full(&[])).0, ["create 1"]);
    let deleted = Reading::Changes { present: Vec::new(), deleted: [name("a")].into() };
    assert_eq!(told(&source(), &linked, &deleted).0, ["create 1"]);
    let mut gone = source();
    gone.get_mut(&ContactNumber(1)).unwrap().is_present = false;
    assert_eq!(told(&gone, &linked, &full(std::slice::from_ref(&ours))).0, ["delete a"]);
    assert_eq!(told(&gone, &linked, &nothing_new()).0, ["delete a"]);
    assert_eq!(told(&gone, &linked, &full(&[])).0, ["forget 1"]);
    let edited = Person { content: content("edited"), ..ours };
    assert_eq!(told(&gone, &linked, &full(&[edited])).0, ["delete a"]);
}

#[test]
fn what_carries_tag_and_twin_is_adopted_and_a_second_one_deleted() {
    let (first, second) = (copy("a", 1, "n"), copy("b", 1, "m"));
    assert_eq!(told(&source(), &[], &full(std::slice::from_ref(&first))).0, ["record a"]);
    assert_eq!(told(&source(), &[], &full(&[second.clone(), first.clone()])).0, ["record a", "delete b"]);
    let linked = [(1, link(&first, "n"))];
    assert_eq!(told(&source(), &linked, &full(&[first.clone(), second])).0, ["delete b"]);
    let untagged = Person { tags: Vec::new(), ..first };
    assert_eq!(told(&source(), &[], &full(&[untagged])).0, ["overwrite a"], "the twin is enough to adopt");
}

#[test]
fn of_merged_contacts_one_stays_a_copy_and_the_others_are_created_again() {
    let (one, two) = (copy("a", 1, "n"), copy("b", 2, "m"));
    let links = [(1, link(&one, "n")), (2, link(&two, "m"))];
    let mut both = source();
    both.insert(ContactNumber(2), MirrorEntry { resource: name("people/c2"), ..both[&ContactNumber(1)].clone() });
    let merged = |person: &Person, resource: &str, previous: &[&str]| Person {
        resource: name(resource),
        previous: previous.iter().map(|former| name(former)).collect(),
        ..person.clone()
    };
    let delta = |person: Person, deleted: &[&str]| Reading::Changes {
        present: vec![person],
        deleted: deleted.iter().map(|gone| name(gone)).collect(),
    };
    for (reading, expected) in [
        // The one that kept its name, whatever the tag says.
        (delta(merged(&one, "a", &["b"]), &[]), vec!["create 2"]),
        (delta(merged(&one, "a", &["b"]), &["b"]), vec!["create 2"]),
        (delta(merged(&one, "b", &["a"]), &["a"]), vec!["create 1", "overwrite b"]),
        // A new name: the one whose tag is left.
        (delta(merged(&two, "c", &["a", "b"]), &["a", "b"]), vec!["create 1", "record c"]),
        (delta(merged(&one, "c", &["b", "a"]), &[]), vec!["record c", "create 2"]),
        // No tag is left.
        (
            delta(Person { tags: Vec::new(), client_data: Vec::new(), ..merged(&two, "c", &["a", "b"]) }, &[]),
            vec!["overwrite c", "create 2"],
        ),
        // A full reading does not tell former names.
        (full(&[merged(&two, "c", &[])]), vec!["create 1", "record c"]),
    ] {
        assert_eq!(told(&both, &links, &reading).0, expected, "{reading:?}");
    }
    // A name that is there again is not the former name of another.
    let again = Reading::Changes { present: vec![two.clone(), merged(&one, "a", &["b"])], deleted: BTreeSet::new() };
    assert_eq!(told(&both, &links, &again).0, Vec::<String>::new());
}

#[test]
fn what_could_be_the_users_is_never_deleted() {
    let ours = copy("a", 1, "n");
    let linked = [(1, link(&ours, "n"))];
    let none = Mirror::new();
    let own = Person { tags: Vec::new(), client_data: Vec::new(), ..copy("z", 9, "") };
    let same_nonce = copy("b", 1, "n");
    let tag_alone = untwinned(copy("c", 1, ""));
    let twin_alone = Person { tags: Vec::new(), ..copy("d", 2, "m") };
    let mut of_another_job = copy("e", 1, "m");
    of_another_job.tags = vec!["7-1".into()];
    of_another_job.client_data[0].1 = "7-1".into();
    let theirs = [own, same_nonce, tag_alone, twin_alone, of_another_job];
    let people: Vec<Person> = std::iter::once(ours.clone()).chain(theirs.clone()).collect();
    let names: Vec<String> = ["b", "c", "d", "e", "z"].map(String::from).to_vec();
    assert_eq!(told(&source(), &linked, &full(&people)), (vec![], names.clone()));
    assert_eq!(told(&none, &linked, &full(&people)), (vec!["delete a".into()], names));
    let untouched = theirs.map(|person| Person { tags: Vec::new(), client_data: Vec::new(), ..person });
    assert_eq!(told(&none, &[], &full(&untouched)).0, Vec::<String>::new());
}

#[test]
fn with_all_records_lost_a_tag_alone_is_adopted_but_not_beside_a_twin() {
    let (tag_alone, twinned) = (untwinned(copy("a", 1, "")), copy("b", 1, "n"));
    assert_eq!(told(&source(), &[], &full(std::slice::from_ref(&tag_alone))).0, ["overwrite a"], "its twin is written");
    assert_eq!(told(&source(), &[], &full(&[tag_alone.clone(), twinned])), (vec!["record b".into()], vec!["a".into()]));
    let outside = Person { groups: [name(MY_CONTACTS)].into(), ..tag_alone };
    assert_eq!(told(&source(), &[], &full(&[outside])).0, ["create 1"], "what its user kept when ours were removed");
}

fn member(resource: &str, number: u64) -> Person {
    Person {
        tags: Vec::new(),
        client_data: Vec::new(),
        number: Some(ContactNumber(number)),
        groups: [name("contactGroups/s")].into(),
        ..copy(resource, number, "")
    }
}

#[test]
fn the_mirror_follows_full_and_incremental_readings() {
    let group = name("contactGroups/s");
    let full = |people: &[Person]| CompleteRead { items: people.to_vec(), token: None };
    let (one, two) = (member("people/c1", 1), member("people/c2", 2));
    let first = mirror_after_full_read(&Mirror::new(), &group, &full(&[one.clone(), two.clone()])).unwrap();
    assert_eq!(first.changed, [ContactNumber(1), ContactNumber(2)]);
    let again = mirror_after_full_read(&first.mirror, &group, &full(&[two.clone(), one.clone()])).unwrap();
    assert_eq!((again.changed, &again.mirror), (vec![], &first.mirror));

    let present = |mirror: &Mirror| -> Vec<u64> {
        mirror.iter().filter(|(_, entry)| entry.is_present).map(|(number, _)| number.0).collect()
    };
    let without = mirror_after_full_read(&first.mirror, &group, &full(std::slice::from_ref(&one))).unwrap();
    assert_eq!(present(&without.mirror), [1]);
    let changes = |items: Vec<Change>| CompleteRead { items, token: None };
    let left = Change::Present(Person { groups: BTreeSet::new(), ..two.clone() });
    for change in [left, Change::Deleted(name("people/c2"))] {
        let after = mirror_after_changes(&first.mirror, &group, &changes(vec![change])).unwrap();
        assert_eq!((present(&after.mirror), after.changed), (vec![1], vec![ContactNumber(2)]));
    }
    let stranger = Change::Deleted(name("people/c99"));
    assert_eq!(mirror_after_changes(&first.mirror, &group, &changes(vec![stranger])).unwrap().changed, []);

    // A contact that got another name keeps its number.
    let renamed = Person {
        resource: name("people/c7"),
        previous: vec![name("people/c2")],
        number: Some(ContactNumber(7)),
        ..two
    };
    let after = mirror_after_changes(&first.mirror, &group, &changes(vec![Change::Present(renamed)])).unwrap();
    assert_eq!(present(&after.mirror), [1, 2]);
    let unnumbered = Person { number: None, ..one };
    assert!(mirror_after_full_read(&Mirror::new(), &group, &full(&[unnumbered])).is_err());
}
