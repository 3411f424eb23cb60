//! Which name the synced group can have in an account (R8).

use std::collections::BTreeSet;

use crate::domain::ResourceName;

/// A group of the account, as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// Google's name of it.
    pub resource: ResourceName,
    /// Names it is known by; a system group has its id and its localised name, and both count as taken.
    pub names: Vec<String>,
}

/// The wanted name, or the first of `name (2)`, `name (3)`, … that no group other than `ours` has.
///
/// Whether Google compares case and white space is not documented, so names that differ in nothing else count as equal.
#[must_use]
pub fn free_name(wanted: &str, groups: &[ListedGroup], ours: Option<&ResourceName>) -> String {
    let fold = |name: &str| name.trim().to_lowercase();
    let taken: BTreeSet<String> = groups
        .iter()
        .filter(|group| Some(&group.resource) != ours)
        .flat_map(|group| group.names.iter().map(|name| fold(name)))
        .collect();
    std::iter::once(wanted.to_owned())
        .chain((2u64..).map(|number| format!("{wanted} ({number})")))
        .find(|name| !taken.contains(&fold(name)))
        .unwrap_or_else(|| wanted.to_owned()) // the numbers never end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[&str]) -> Vec<ListedGroup> {
        let named = |name: &&str| ListedGroup {
            resource: ResourceName::new(format!("contactGroups/{name}")),
            names: vec![(*name).to_owned()],
        };
        names.iter().map(named).collect()
    }

    #[test]
    fn r08_a_taken_name_gets_the_next_free_number() {
        assert_eq!(free_name("Team", &groups(&["Friends"]), None), "Team");
        assert_eq!(free_name("Team", &groups(&["Team"]), None), "Team (2)");
        assert_eq!(free_name("Team", &groups(&["team ", "Team (2)"]), None), "Team (3)");
    }

    #[test]
    fn r08_our_own_group_does_not_stand_in_the_way() {
        let ours = ResourceName::new("contactGroups/Team");
        assert_eq!(free_name("Team", &groups(&["Team", "Team (2)"]), Some(&ours)), "Team");
    }
}
