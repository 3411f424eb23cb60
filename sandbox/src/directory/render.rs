//! How a user is shown.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{account::Account, ids, state::State};

/// The etag of any resource: a quoted digest of it.
pub(super) fn etag(resource: &Value) -> String {
    let digest = Sha256::digest(resource.to_string());
    format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&digest[..24]))
}

/// A user in the basic projection.
pub(super) fn user(state: &State, account: &Account) -> Value {
    let user = &account.user;
    let automatic = state.automatic_aliases(user);
    let mut emails = vec![json!({ "address": user.primary_email, "primary": true })];
    emails.extend(user.aliases.iter().chain(&automatic).map(|alias| json!({ "address": alias })));
    let full_name = format!("{} {}", user.given_name, user.family_name).trim().to_owned();
    let mut body = json!({
        "kind": "admin#directory#user",
        "id": user.id,
        "primaryEmail": user.primary_email,
        "name": { "givenName": user.given_name, "familyName": user.family_name, "fullName": full_name },
        "isAdmin": user.is_admin,
        "isDelegatedAdmin": false,
        "lastLoginTime": ids::directory_time(account.created),
        "creationTime": ids::directory_time(account.created),
        "agreedToTerms": true,
        "suspended": user.suspended,
        "archived": user.archived,
        "changePasswordAtNextLogin": false,
        "ipWhitelisted": false,
        "emails": emails,
        "customerId": state.customer_id,
        "orgUnitPath": "/",
        "isMailboxSetup": !user.is_guest,
        "isEnrolledIn2Sv": false,
        "isEnforcedIn2Sv": false,
        "includeInGlobalAddressList": true,
    });
    if !user.aliases.is_empty() {
        body["aliases"] = Value::from(user.aliases.clone());
    }
    if !automatic.is_empty() {
        body["nonEditableAliases"] = Value::from(automatic);
    }
    if user.suspended {
        body["suspensionReason"] = Value::from("ADMIN");
    }
    if user.is_guest {
        body["isGuestUser"] = Value::Bool(true);
    }
    if let Some(at) = account.deleted_at.filter(|_| user.deleted) {
        body["deletionTime"] = Value::from(ids::directory_time(at));
    }
    body["etag"] = Value::from(etag(&body));
    body
}
