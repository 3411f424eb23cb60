//! The people and domains a sandbox begins with.

use serde::{Deserialize, Serialize};

use crate::ids;

/// A user of the Workspace, as the Directory knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// 21 digits; never changes.
    pub id: String,
    /// Address in lower case.
    pub primary_email: String,
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Further addresses an administrator gave.
    pub aliases: Vec<String>,
    /// Cannot sign in.
    pub suspended: bool,
    /// Cannot sign in; data is kept.
    pub archived: bool,
    /// A guest from outside, without Google services.
    pub is_guest: bool,
    /// May read the Directory.
    pub is_admin: bool,
    /// Deleted less than twenty days ago.
    pub deleted: bool,
    /// The Contacts service is on; without it the People API answers 403.
    pub contacts_service: bool,
}

/// A user to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// Primary address, in one of the Workspace's domains.
    pub email: String,
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Further addresses.
    pub aliases: Vec<String>,
    /// See [`User::suspended`].
    pub suspended: bool,
    /// See [`User::archived`].
    pub archived: bool,
    /// See [`User::is_guest`].
    pub is_guest: bool,
    /// See [`User::is_admin`].
    pub is_admin: bool,
    /// See [`User::contacts_service`].
    pub contacts_service: bool,
}

impl NewUser {
    /// An ordinary active user.
    pub fn new(email: impl Into<String>, given: impl Into<String>, family: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            given_name: given.into(),
            family_name: family.into(),
            aliases: Vec::new(),
            suspended: false,
            archived: false,
            is_guest: false,
            is_admin: false,
            contacts_service: true,
        }
    }

    pub(crate) fn into_user(self) -> User {
        User {
            id: ids::user_id(),
            primary_email: self.email.trim().to_lowercase(),
            given_name: self.given_name,
            family_name: self.family_name,
            aliases: self.aliases.iter().map(|alias| alias.trim().to_lowercase()).collect(),
            suspended: self.suspended,
            archived: self.archived,
            is_guest: self.is_guest,
            is_admin: self.is_admin,
            deleted: false,
            contacts_service: self.contacts_service,
        }
    }
}

/// A whole Workspace to begin with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workspace {
    /// `C` and some characters.
    pub customer_id: String,
    /// The domain the Workspace was made with.
    pub primary_domain: String,
    /// Domains with users of their own.
    pub secondary_domains: Vec<String>,
    /// Alias domains, each with the domain whose users get an address in it.
    pub alias_domains: Vec<(String, String)>,
    /// The users. One at least should be an administrator.
    pub users: Vec<NewUser>,
}

impl Workspace {
    /// Nobody but `admin@<domain>`, an administrator.
    pub fn empty(primary_domain: &str) -> Self {
        let domain = primary_domain.trim().to_lowercase();
        let admin = NewUser { is_admin: true, ..NewUser::new(format!("admin@{domain}"), "Ada", "Admin") };
        Self { customer_id: "C0sandbox".to_owned(), primary_domain: domain, users: vec![admin], ..Self::default() }
    }

    /// A small company: three domains, active users, and one user of each kind that cannot take part.
    pub fn sample() -> Self {
        let mut workspace = Self::empty("corp.example");
        workspace.secondary_domains.push("second.example".to_owned());
        workspace.alias_domains.push(("corp-alias.example".to_owned(), "corp.example".to_owned()));
        let plain = [
            ("desk", "Front", "Desk"),
            ("ann", "Ann", "Archer"),
            ("bob", "Bob", "Baker"),
            ("carol", "Carol", "Cooper"),
            ("dave", "Dave", "Dyer"),
            ("erin", "Erin", "Ellis"),
            ("frank", "Frank", "Fisher"),
            ("grace", "Grace", "Glover"),
        ];
        let corp =
            |local: &str, given: &str, family: &str| NewUser::new(format!("{local}@corp.example"), given, family);
        workspace.users.extend(plain.map(|(local, given, family)| corp(local, given, family)));
        workspace.users.extend([
            NewUser { aliases: vec!["reception@corp.example".to_owned()], ..corp("heidi", "Heidi", "Hunter") },
            NewUser { suspended: true, ..corp("sam", "Sam", "Sleeper") },
            NewUser { archived: true, ..corp("olga", "Olga", "Oldham") },
            NewUser { is_guest: true, ..corp("gus", "Gus", "Guest") },
            NewUser::new("ivan@second.example", "Ivan", "Iveson"),
        ]);
        workspace
    }
}
