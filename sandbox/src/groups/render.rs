//! How groups are shown.

use serde_json::{Value, json};

use super::mask::GroupMask;
use crate::{
    account::{Account, GoneLabel, Label},
    core::Call,
    ids,
};

/// A label.
pub(super) fn label(account: &Account, label: &Label, mask: &GroupMask, call: &Call<'_>) -> Value {
    let mut group = json!({ "resourceName": ids::group_name(&label.id), "etag": label.etag });
    if mask.has("metadata") {
        group["metadata"] = json!({ "updateTime": ids::people_time(label.updated) });
    }
    if mask.has("groupType") {
        group["groupType"] = Value::from("USER_CONTACT_GROUP");
    }
    if mask.has("name") {
        group["name"] = Value::from(label.name.as_str());
        group["formattedName"] = Value::from(label.name.as_str());
    }
    let settled = label.client_data_at <= call.now - call.lags.group_client_data;
    if mask.has("clientData") && settled && !label.client_data.is_empty() {
        group["clientData"] =
            label.client_data.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    }
    count(&mut group, account, &label.id, mask, call);
    group
}

/// A group Google made: no etag, no metadata.
pub(super) fn system(account: &Account, id: &str, shown: &str, mask: &GroupMask, call: &Call<'_>) -> Value {
    let mut group = json!({ "resourceName": ids::group_name(id) });
    if mask.has("groupType") {
        group["groupType"] = Value::from("SYSTEM_CONTACT_GROUP");
    }
    if mask.has("name") {
        group["name"] = Value::from(id);
        group["formattedName"] = Value::from(shown);
    }
    count(&mut group, account, id, mask, call);
    group
}

/// A deleted label, as a read with a sync token shows it.
pub(super) fn deleted(id: &str, gone: &GoneLabel, mask: &GroupMask) -> Value {
    let mut group = json!({ "resourceName": ids::group_name(id) });
    if mask.has("groupType") {
        group["groupType"] = Value::from("USER_CONTACT_GROUP");
    }
    if mask.has("metadata") {
        group["metadata"] = json!({ "updateTime": ids::people_time(gone.at), "deleted": true });
    }
    group
}

fn count(group: &mut Value, account: &Account, id: &str, mask: &GroupMask, call: &Call<'_>) {
    if !mask.has("memberCount") {
        return;
    }
    let count = account.member_count(id, call.now, call.lags.group_members);
    if count > 0 {
        group["memberCount"] = Value::from(count);
    }
}
