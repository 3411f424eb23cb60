//! From groups and addresses to roles.

use crate::domain::{EmailAddress, Role};

/// Which groups and addresses have which role. Empty: the roles by their own names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMap(Vec<(String, Role)>);

/// Not a mapping, with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' maps nothing to a role; write GROUP=ROLE or ADDRESS=ROLE, where ROLE is VIEWER, OPERATOR or ADMIN")]
pub struct RoleMapError(String);

impl RoleMap {
    /// Reads `GROUP=ROLE` and `ADDRESS=ROLE`.
    ///
    /// # Errors
    /// Names the first that cannot be read.
    pub fn parse<T: AsRef<str>>(pairs: impl IntoIterator<Item = T>) -> Result<Self, RoleMapError> {
        let read = |pair: &str| {
            let (value, role) = pair.rsplit_once('=')?; // the names of groups in a directory have '=' themselves
            let value = value.trim();
            (!value.is_empty()).then_some((value.to_owned(), Role::from_name(role.trim())?))
        };
        let pairs = pairs.into_iter().map(|pair| {
            let pair = pair.as_ref();
            read(pair).ok_or_else(|| RoleMapError(pair.to_owned()))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// The highest role that the values of the token's claim, or the address, have. Groups are compared to the letter,
    /// addresses in lower case.
    pub(super) fn granted(&self, values: &[&str], email: Option<&EmailAddress>) -> Option<Role> {
        if self.0.is_empty() {
            return values.iter().filter_map(|value| Role::from_name(value)).max();
        }
        let is_meant =
            |name: &str| values.contains(&name) || email.is_some_and(|email| email.as_str() == name.to_lowercase());
        self.0.iter().filter(|(name, _)| is_meant(name)).map(|(_, role)| *role).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_role_wins_and_names_mean_nothing_once_something_is_mapped() {
        let map = RoleMap::parse(["admins@corp.example=ADMIN", "cn=desk,dc=corp=operator", "Ann@corp.example=VIEWER"]);
        let map = map.unwrap();
        let ann = EmailAddress::parse("ann@corp.example").unwrap();
        for (values, email, expected) in [
            (&["admins@corp.example", "cn=desk,dc=corp"][..], None, Some(Role::Admin)),
            (&["cn=desk,dc=corp"], Some(&ann), Some(Role::Operator)),
            (&[], Some(&ann), Some(Role::Viewer)),
            (&["ADMIN"], None, None),
            (&["Admins@corp.example"], None, None),
            (&[], None, None),
        ] {
            assert_eq!(map.granted(values, email), expected, "{values:?}");
        }
        assert_eq!(RoleMap::default().granted(&["viewer", "ADMIN"], None), Some(Role::Admin));
    }

    #[test]
    fn what_is_no_mapping_is_named() {
        for wrong in ["admins", "admins=KING", "=ADMIN", " =ADMIN", ""] {
            assert_eq!(RoleMap::parse([wrong]), Err(RoleMapError(wrong.to_owned())));
        }
    }
}
