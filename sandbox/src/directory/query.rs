//! The search language of `users.list`, as far as administrators' scripts use it.

use crate::{User, refusal::Refusal};

/// One condition of a search.
#[derive(Debug, PartialEq, Eq)]
enum Term {
    Flag { field: String, value: bool },
    Text { field: String, value: String, prefix: bool },
}

/// A search: every condition must hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<Term>);

impl Query {
    /// Reads a search such as `isSuspended=false email:a*`.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let wrong = || Refusal::directory(400, "invalid", "Invalid Input: query");
        let mut terms = Vec::new();
        for word in words(text) {
            let at = word.find(['=', ':']).ok_or_else(wrong)?;
            let (field, value) = (word[..at].to_owned(), word[at + 1..].trim_matches(['\'', '"']));
            let term = match (field.as_str(), value.to_lowercase().as_str()) {
                ("isSuspended" | "isArchived" | "isAdmin", flag @ ("true" | "false")) => {
                    Term::Flag { field, value: flag == "true" }
                }
                ("email" | "givenName" | "familyName" | "name" | "orgUnitPath", text) => match text.strip_suffix('*') {
                    Some(start) => Term::Text { field, value: start.to_owned(), prefix: true },
                    None => Term::Text { field, value: text.to_owned(), prefix: false },
                },
                _ => return Err(wrong()),
            };
            terms.push(term);
        }
        Ok(Self(terms))
    }

    /// Does the user meet every condition?
    pub(super) fn matches(&self, user: &User) -> bool {
        self.0.iter().all(|term| term.matches(user))
    }
}

impl Term {
    fn matches(&self, user: &User) -> bool {
        match self {
            Self::Flag { field, value } => {
                let actual = match field.as_str() {
                    "isSuspended" => user.suspended,
                    "isArchived" => user.archived,
                    _ => user.is_admin,
                };
                actual == *value
            }
            Self::Text { field, value, prefix } => {
                let fits = |text: &str| {
                    let text = text.to_lowercase();
                    if *prefix { text.starts_with(value.as_str()) } else { text == *value }
                };
                match field.as_str() {
                    "email" => fits(&user.primary_email) || user.aliases.iter().any(|alias| fits(alias)),
                    "givenName" => fits(&user.given_name),
                    "familyName" => fits(&user.family_name),
                    "name" => fits(&user.given_name) || fits(&user.family_name),
                    _ => value == "/",
                }
            }
        }
    }
}

/// Splits at spaces outside quotes.
fn words(text: &str) -> Vec<String> {
    let mut quoted = false;
    let split = text.split(|c: char| {
        if matches!(c, '\'' | '"') {
            quoted = !quoted;
        }
        c == ' ' && !quoted
    });
    split.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewUser;

    #[test]
    fn conditions_add_up() {
        let ann = NewUser::new("ann@x.example", "Ann Mary", "Archer").into_user();
        let matches = |query: &str| Query::parse(query).unwrap().matches(&ann);
        assert!(matches("isSuspended=false email:ann*"));
        assert!(!matches("isSuspended=true"));
        assert!(matches("givenName='Ann Mary'"));
        assert!(!matches("givenName:Ann familyName:Archer"));
        assert!(Query::parse("colour=red").is_err());
        assert!(Query::parse("ann").is_err());
    }
}
