//! The Directory: the customer, its primary domain, its users.

use reqwest::Method;
use serde_json::Value;

use super::call::{Call, Effect};
use super::pace::Cost;
use super::token::{CUSTOMER, DOMAINS, USERS};
use super::{Google, GoogleError};
use crate::domain::{DirectoryUser, EmailAddress};

/// Users per page (Directory API reference).
const PAGE_SIZE: &str = "500";
const USER_FIELDS: &str =
    "id,primaryEmail,name/fullName,suspended,archived,aliases,nonEditableAliases,isGuestUser,deletionTime";

/// The Workspace customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Google's id, `C…`.
    pub id: String,
    /// Primary domain, lower case.
    pub primary_domain: String,
}

/// What the Directory tells of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// There is one.
    Found(DirectoryUser),
    /// There is none.
    Missing,
    /// We may not see: of another customer, or out of the administrator's reach.
    Hidden,
}

impl Google {
    /// The customer and its primary domain. Two queries.
    ///
    /// # Errors
    /// `AccessDenied` when the administrator or the scopes are not right; those of any read.
    pub async fn customer(&self) -> Result<Customer, GoogleError> {
        let customer =
            self.query("google.get_customer", &format!("customers/{}", self.line.customer), &[], CUSTOMER).await;
        let customer = customer.map_err(denied)?;
        let id = customer["id"].as_str().unwrap_or_default().to_owned();
        let path = format!("customer/{}/domains", self.line.customer);
        let domains = self.query("google.list_domains", &path, &[], DOMAINS).await.map_err(denied)?;
        // The customer's own domain is not always its primary one.
        let primary =
            domains["domains"].as_array().into_iter().flatten().find(|domain| domain["isPrimary"] == Value::Bool(true));
        let primary_domain =
            primary.and_then(|domain| domain["domainName"].as_str()).unwrap_or_default().to_lowercase();
        if id.is_empty() || primary_domain.is_empty() {
            return Err(GoogleError::Outage("the Directory told no primary domain".into()));
        }
        Ok(Customer { id, primary_domain })
    }

    /// A user by primary address or alias. One query.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn user_at(&self, address: &EmailAddress) -> Result<Lookup, GoogleError> {
        match self.user(address.as_str()).await {
            Err(GoogleError::Refused { .. }) => Ok(Lookup::Missing), // an address that no user can have
            answer => answer,
        }
    }

    /// A user by Google's id. One query, and two more where there is none: whoever is taken for gone is given up, so that it
    /// is proved that it is the Directory that says so, to somebody who may ask.
    ///
    /// # Errors
    /// Those of any read; `AccessDenied` when the administrator or the scopes are not right.
    pub async fn user_with_id(&self, id: &str) -> Result<Lookup, GoogleError> {
        match self.user(id).await {
            Ok(Lookup::Missing) => self.customer().await.map(|_| Lookup::Missing),
            Ok(Lookup::Hidden) | Err(GoogleError::Refused { .. }) => self.customer().await.map(|_| Lookup::Hidden),
            answer => answer,
        }
    }

    async fn user(&self, key: &str) -> Result<Lookup, GoogleError> {
        let key: String = percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC).to_string();
        let path = format!("users/{key}");
        match self.query("google.get_user", &path, &[("fields", USER_FIELDS)], USERS).await {
            Ok(user) if !user["deletionTime"].is_null() => Ok(Lookup::Missing),
            Ok(user) => {
                let unreadable = || GoogleError::Outage("the Directory told nothing of a user".into());
                read(&user).map(Lookup::Found).ok_or_else(unreadable)
            }
            Err(GoogleError::NotFound) => Ok(Lookup::Missing),
            Err(GoogleError::ServiceOff(_)) => Ok(Lookup::Hidden),
            Err(failure) => Err(denied(failure)),
        }
    }

    /// All users. One query per five hundred.
    ///
    /// # Errors
    /// Those of any read; a list that broke off is an error, never a short list.
    pub async fn users(&self) -> Result<Vec<DirectoryUser>, GoogleError> {
        let fields = format!("nextPageToken,users({USER_FIELDS})");
        let mut users = Vec::new();
        let mut page_token: Option<String> = None;
        loop {
            let customer = self.line.customer.clone();
            let mut query = vec![
                ("customer", customer.as_str()),
                ("maxResults", PAGE_SIZE),
                ("orderBy", "email"),
                ("fields", &fields),
            ];
            query.extend(page_token.as_deref().map(|token| ("pageToken", token)));
            let answer = self.query("google.list_users", "users", &query, USERS).await.map_err(denied)?;
            users.extend(answer["users"].as_array().into_iter().flatten().filter_map(read));
            match answer["nextPageToken"].as_str().filter(|token| !token.is_empty()) {
                Some(token) => page_token = Some(token.to_owned()),
                // The administrator at least is in every list.
                None if users.is_empty() => return Err(GoogleError::Outage("the Directory told no user".into())),
                None => return Ok(users),
            }
        }
    }

    async fn query(
        &self,
        name: &'static str,
        path: &str,
        query: &[(&str, &str)],
        scope: &'static str,
    ) -> Result<Value, GoogleError> {
        let url = self.line.directory_url(&format!("/admin/directory/v1/{path}"), query);
        let call = Call {
            name,
            method: Method::GET,
            url,
            body: None,
            cost: Cost::DIRECTORY,
            effect: Effect::Read,
            scope,
            names: vec![],
        };
        self.line.send(&self.line.admin, call).await
    }
}

fn denied(failure: GoogleError) -> GoogleError {
    match failure {
        GoogleError::ServiceOff(_) | GoogleError::NotFound | GoogleError::AccountGone(_) => GoogleError::AccessDenied(
            "The Directory cannot be read. Name an administrator of the Workspace (--google-admin) and check the customer id.".into(),
        ),
        other => other,
    }
}

fn read(user: &Value) -> Option<DirectoryUser> {
    let address = |value: &Value| EmailAddress::parse(value.as_str()?).ok();
    let aliases =
        ["aliases", "nonEditableAliases"].into_iter().flat_map(|key| user[key].as_array().into_iter().flatten());
    let flag = |key: &str| user[key] == Value::Bool(true);
    Some(DirectoryUser {
        google_id: user["id"].as_str().filter(|id| !id.is_empty())?.to_owned(),
        email: address(&user["primaryEmail"])?,
        aliases: aliases.filter_map(address).collect(),
        display_name: user["name"]["fullName"].as_str().unwrap_or_default().to_owned(),
        is_suspended: flag("suspended"),
        is_archived: flag("archived"),
        is_guest: flag("isGuestUser"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzz_google_users() {
        fuzz::check("google_users", |bytes| {
            let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
            let Some(user) = read(&json) else { return };
            for address in user.aliases.iter().chain([&user.email]) {
                assert_eq!(EmailAddress::parse(address.as_str()).as_ref(), Ok(address));
            }
            assert!(!user.google_id.is_empty());
        });
    }
}
