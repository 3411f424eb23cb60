//! What is read of a token whose signature holds.

use chrono::DateTime;
use serde_json::{Map, Value};

use super::{AuthError, RoleMap};
use crate::domain::{EmailAddress, Time, Viewer};

/// What a token must say, and where it says who the caller is.
#[derive(Debug, Clone)]
pub struct Rules {
    /// `iss` of every token.
    pub issuer: String,
    /// `aud` of every token, alone or among others.
    pub audience: String,
    /// Claim with the role, or with the groups that `roles` maps: a name, or a path with dots.
    pub role_claim: String,
    /// Claim with the caller's address, found in the same way.
    pub email_claim: String,
    /// Which groups and addresses have which role.
    pub roles: RoleMap,
}

impl Default for Rules {
    /// Those of tokens that this product makes.
    fn default() -> Self {
        Self {
            issuer: "contact-sync".to_owned(),
            audience: "contact-sync".to_owned(),
            role_claim: "role".to_owned(),
            email_claim: "email".to_owned(),
            roles: RoleMap::default(),
        }
    }
}

impl Rules {
    /// The caller whom these claims describe.
    pub(super) fn viewer(&self, claims: &Map<String, Value>, now: Time) -> Result<Viewer, AuthError> {
        let expires_at = instant(claims.get("exp")).ok_or(AuthError::Malformed)?;
        if expires_at <= now {
            return Err(AuthError::Expired);
        }
        match claims.get("nbf").filter(|value| !value.is_null()) {
            Some(value) if now < instant(Some(value)).ok_or(AuthError::Malformed)? => return Err(AuthError::NotYet),
            Some(_) | None => {}
        }
        let subject = claims.get("sub").and_then(Value::as_str);
        // It is written into the audit log and into logs.
        let subject = subject.filter(|subject| !subject.is_empty() && !subject.chars().any(char::is_control));
        let email = self.email(claims)?;
        let role = self.roles.granted(&texts(claim(claims, &self.role_claim)), email.as_ref());
        Ok(Viewer {
            subject: subject.ok_or(AuthError::Malformed)?.to_owned(),
            email,
            role: role.ok_or(AuthError::Role)?,
            expires_at,
        })
    }

    /// The address, unless the provider says that it has not checked whose it is.
    fn email(&self, claims: &Map<String, Value>) -> Result<Option<EmailAddress>, AuthError> {
        let is_checked = |claim: &Value| *claim == Value::Bool(true) || claim.as_str() == Some("true");
        if !claims.get("email_verified").is_none_or(is_checked) {
            return Ok(None);
        }
        match claim(claims, &self.email_claim) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => EmailAddress::parse(text).map(Some).map_err(|_| AuthError::Malformed),
            Some(_) => Err(AuthError::Malformed),
        }
    }
}

/// The claim of this name; else what the path leads to. Names may hold dots themselves (`https://corp.example/groups`).
fn claim<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut steps = path.split('.');
    let first = claims.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step))
}

/// A text, or a list of texts.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    }
}

/// RFC 7519 lets an instant have a fraction; it is cut.
fn instant(value: Option<&Value>) -> Option<Time> {
    let value = value?;
    #[expect(clippy::cast_possible_truncation, reason = "beyond the range it saturates, and is no instant")]
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    DateTime::from_timestamp(seconds, 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Role;

    fn now() -> Time {
        DateTime::from_timestamp(1_000, 0).unwrap()
    }

    fn viewer(rules: &Rules, more: Value) -> Result<Viewer, AuthError> {
        let mut claims = json!({ "sub": "ann", "exp": 2_000 });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rules.viewer(claims.as_object().unwrap(), now())
    }

    #[test]
    fn roles_are_found_by_name_and_by_path_as_a_text_or_in_a_list() {
        for (claim, claims, expected) in [
            ("role", json!({ "role": "operator" }), Ok(Role::Operator)),
            ("role", json!({ "role": ["VIEWER", "ADMIN", "staff"] }), Ok(Role::Admin)),
            ("realm_access.roles", json!({ "realm_access": { "roles": ["viewer"] } }), Ok(Role::Viewer)),
            ("https://corp.example/role", json!({ "https://corp.example/role": "ADMIN" }), Ok(Role::Admin)),
            ("role", json!({}), Err(AuthError::Role)),
            ("role", json!({ "role": "KING" }), Err(AuthError::Role)),
            ("role", json!({ "role": { "name": "ADMIN" } }), Err(AuthError::Role)),
            ("a.b.c", json!({ "a": { "b": "ADMIN" } }), Err(AuthError::Role)),
        ] {
            let rules = Rules { role_claim: claim.to_owned(), ..Rules::default() };
            assert_eq!(viewer(&rules, claims.clone()).map(|viewer| viewer.role), expected, "{claim} {claims}");
        }
    }

    #[test]
    fn an_address_that_was_not_verified_counts_for_nothing() {
        let rules =
            Rules { roles: RoleMap::parse(["ann@corp.example=ADMIN", "staff=VIEWER"]).unwrap(), ..Rules::default() };
        let with =
            |verified: Value| json!({ "email": "Ann@corp.example", "email_verified": verified, "role": "staff" });
        assert_eq!(viewer(&rules, with(json!(true))).unwrap().role, Role::Admin);
        let unverified = viewer(&rules, with(json!(false))).unwrap();
        assert_eq!((unverified.role, unverified.email), (Role::Viewer, None));
    }

    #[test]
    fn instants_may_have_a_fraction() {
        let rules = Rules::default();
        assert!(viewer(&rules, json!({ "role": "ADMIN", "exp": 1_000.9 })).is_err());
        assert!(viewer(&rules, json!({ "role": "ADMIN", "exp": 1_001.5, "nbf": 999.5 })).is_ok());
        assert_eq!(viewer(&rules, json!({ "role": "ADMIN", "nbf": 1_001 })), Err(AuthError::NotYet));
        for nonsense in [json!("soon"), json!(1e300), json!(null)] {
            assert_eq!(viewer(&rules, json!({ "role": "ADMIN", "exp": nonsense })), Err(AuthError::Malformed));
        }
    }
}
