//! Contact groups of source users, as last listed.

use std::collections::{HashMap, HashSet};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{Store, StoreResult, Tx};
use crate::domain::{ContactGroup, ContactGroupId, ResourceName, UserId};

use entity::{contact_group, destination, synced_group};

/// A personal contact group as Google lists it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// Google's name.
    pub resource: ResourceName,
    /// Name the user gave it.
    pub name: String,
    /// Members, as Google counts them.
    pub contact_count: i32,
    /// Carries the mark of a sync.
    pub is_marked: bool,
}

fn read_group(row: contact_group::Model) -> ContactGroup {
    ContactGroup {
        id: row.id.into(),
        user: row.user_id.into(),
        resource: ResourceName::new(row.resource),
        name: row.name,
        contact_count: row.contact_count,
        is_synced: row.is_synced,
    }
}

pub(super) async fn groups_by_ids(
    db: &impl ConnectionTrait,
    ids: &[ContactGroupId],
) -> StoreResult<HashMap<ContactGroupId, ContactGroup>> {
    let these = contact_group::Column::Id.is_in(ids.iter().map(|id| id.uuid()));
    let rows = contact_group::Entity::find().filter(these).all(db).await?;
    Ok(rows.into_iter().map(read_group).map(|group| (group.id, group)).collect())
}

impl Store {
    /// Contact groups by our ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn groups_by_ids(&self, ids: &[ContactGroupId]) -> StoreResult<HashMap<ContactGroupId, ContactGroup>> {
        groups_by_ids(&self.db, ids).await
    }
}

impl Tx {
    /// Records the groups that a user has now, and gives them ids. In the order given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_groups(&self, user: UserId, listed: &[ListedGroup]) -> StoreResult<Vec<ContactGroup>> {
        use contact_group::{ActiveModel, Column, Entity};
        if listed.is_empty() {
            return Ok(Vec::new());
        }
        let ours = self.synced_groups_of_user(user).await?;
        let row = |group: &ListedGroup| ActiveModel {
            id: Set(ContactGroupId::random().uuid()), // of a new group; a known one keeps its id
            user_id: Set(user.uuid()),
            resource: Set(group.resource.to_string()),
            name: Set(group.name.clone()),
            contact_count: Set(group.contact_count),
            is_synced: Set(group.is_marked || ours.contains(group.resource.as_str())),
            listed_at: Set(self.now),
        };
        let newer = OnConflict::columns([Column::UserId, Column::Resource])
            .update_columns([Column::Name, Column::ContactCount, Column::IsSynced, Column::ListedAt])
            .to_owned();
        let stored =
            Entity::insert_many(listed.iter().map(row)).on_conflict(newer).exec_with_returning(&self.db).await?;
        let mut by_resource: HashMap<String, ContactGroup> =
            stored.into_iter().map(|row| (row.resource.clone(), read_group(row))).collect();
        Ok(listed.iter().filter_map(|group| by_resource.remove(group.resource.as_str())).collect())
    }

    async fn synced_groups_of_user(&self, user: UserId) -> StoreResult<HashSet<String>> {
        let theirs = destination::Entity::find().filter(destination::Column::UserId.eq(user.uuid())).all(&self.db);
        let theirs: Vec<_> = theirs.await?.into_iter().map(|row| row.id).collect();
        let these = synced_group::Column::DestinationId.is_in(theirs);
        let rows = synced_group::Entity::find().filter(these).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| row.resource).collect())
    }
}
