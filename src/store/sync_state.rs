//! What the engine remembers of a destination's account between runs: links, additions, intents, cursor.

use std::collections::BTreeSet;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};

use super::convert::{from_json, to_json};
use super::{CHUNK, Store, StoreError, StoreResult, Tx};
use crate::domain::{
    ContactNumber, DestinationId, Etags, Intent, Link, Links, Nonce, ResourceName, SyncToken, SyncedGroupId, Time,
};

use entity::{addition, create_intent, destination, group_intent, link, synced_group};

/// Where the next incremental reading begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Google's token.
    pub token: SyncToken,
    /// When the full reading was that it goes back to; tokens live seven days from then.
    pub full_read_at: Time,
}

/// The synced group as we last left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptGroup {
    /// Google's name of it.
    pub resource: ResourceName,
    /// Name we gave it.
    pub name: String,
    /// Name it was to have.
    pub wanted_name: String,
}

/// The wish to create the synced group, recorded before the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupIntent {
    /// Name asked for.
    pub name: String,
    /// Groups of the account at that time.
    pub listed: BTreeSet<ResourceName>,
}

/// What we remember of a destination account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountState {
    /// Synced contacts.
    pub links: Links,
    /// Creates whose answers were not recorded.
    pub intents: Vec<Intent>,
    /// Contacts the user added to the group.
    pub additions: BTreeSet<ResourceName>,
    /// Cursor, if the account was left clean and the parameters are the same.
    pub cursor: Option<Cursor>,
    /// A run began to write and did not come to its last record.
    pub is_dirty: bool,
    /// A write has had no certain answer since then.
    pub unsettled_since: Option<Time>,
    /// The synced group.
    pub group: Option<KeptGroup>,
    /// The wish to create it.
    pub group_intent: Option<GroupIntent>,
}

impl Store {
    /// Which of these contacts at a destination are synced ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn linked_among(
        &self,
        destination: DestinationId,
        names: &[ResourceName],
    ) -> StoreResult<BTreeSet<ResourceName>> {
        use link::{Column, Entity};
        let among = Column::Resource.is_in(names.iter().map(ResourceName::as_str));
        let these = Column::DestinationId.eq(destination.uuid()).and(among);
        let select = Entity::find().filter(these).select_only().column(Column::Resource);
        let found: Vec<String> = select.into_tuple().all(&self.db).await?;
        Ok(found.into_iter().map(ResourceName::new).collect())
    }

    /// What we remember of the destination's account. `None` when the destination is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_state(
        &self,
        destination: DestinationId,
        parameters: &str,
    ) -> StoreResult<Option<AccountState>> {
        let id = destination.uuid();
        let Some(row) = destination::Entity::find_by_id(id).one(&self.db).await? else { return Ok(None) };
        let links = link::Entity::find().filter(link::Column::DestinationId.eq(id)).all(&self.db).await?;
        let intents =
            create_intent::Entity::find().filter(create_intent::Column::DestinationId.eq(id)).all(&self.db).await?;
        let additions = addition::Entity::find().filter(addition::Column::DestinationId.eq(id)).all(&self.db).await?;
        let group =
            synced_group::Entity::find().filter(synced_group::Column::DestinationId.eq(id)).one(&self.db).await?;
        let group_intent = group_intent::Entity::find_by_id(id).one(&self.db).await?;
        let intent = |row: create_intent::Model| Intent {
            nonce: Nonce::from(row.nonce),
            number: ContactNumber::from_i64(row.number),
        };
        let group_intent = group_intent
            .map(|row| {
                let listed: Vec<String> = from_json("group_intent", row.listed)?;
                Ok::<_, StoreError>(GroupIntent {
                    name: row.name,
                    listed: listed.into_iter().map(ResourceName::new).collect(),
                })
            })
            .transpose()?;
        Ok(Some(AccountState {
            links: links.into_iter().map(read_link).collect::<StoreResult<Links>>()?,
            intents: intents.into_iter().map(intent).collect(),
            additions: additions.into_iter().map(|row| ResourceName::new(row.resource)).collect(),
            cursor: cursor(row.cursor_token, row.cursor_parameters, row.full_read_at, parameters)
                .filter(|_| !row.is_dirty),
            is_dirty: row.is_dirty,
            unsettled_since: row.unsettled_since,
            group: group.map(|row| KeptGroup {
                resource: ResourceName::new(row.resource),
                name: row.name,
                wanted_name: row.wanted_name,
            }),
            group_intent,
        }))
    }
}

impl Tx {
    /// Marks the account before a write: dirty, and unsettled until the answer is recorded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_write(&self, destination: DestinationId) -> StoreResult<()> {
        use destination::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::IsDirty, Expr::value(true))
            .col_expr(Column::UnsettledSince, Expr::value(Some(self.now)))
            .filter(Column::Id.eq(destination.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Records that the write in hand was answered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle(&self, destination: DestinationId) -> StoreResult<()> {
        use destination::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::UnsettledSince, Expr::value(None::<Time>))
            .filter(Column::Id.eq(destination.uuid()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Records the wish to create contacts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn intend_creates(&self, destination: DestinationId, intents: &[Intent]) -> StoreResult<()> {
        let row = |intent: &Intent| create_intent::ActiveModel {
            destination_id: Set(destination.uuid()),
            nonce: Set(intent.nonce.as_str().to_owned()),
            number: Set(intent.number.to_i64()),
            at: Set(self.now),
        };
        create_intent::Entity::insert_many(intents.iter().map(row)).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Drops wishes that were answered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_intents(&self, destination: DestinationId, intents: &[Intent]) -> StoreResult<()> {
        use create_intent::{Column, Entity};
        let nonces = intents.iter().map(|intent| intent.nonce.as_str());
        let answered = Column::DestinationId.eq(destination.uuid()).and(Column::Nonce.is_in(nonces));
        Entity::delete_many().filter(answered).exec(&self.db).await?;
        Ok(())
    }

    /// Records the wish to create the synced group.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn intend_group(&self, destination: DestinationId, intent: &GroupIntent) -> StoreResult<()> {
        use group_intent::{ActiveModel, Column, Entity};
        let listed: Vec<&str> = intent.listed.iter().map(ResourceName::as_str).collect();
        let row = ActiveModel {
            destination_id: Set(destination.uuid()),
            name: Set(intent.name.clone()),
            listed: Set(to_json("group_intent", &listed)?),
            at: Set(self.now),
        };
        let newer = OnConflict::column(Column::DestinationId)
            .update_columns([Column::Name, Column::Listed, Column::At])
            .to_owned();
        Entity::insert(row).on_conflict(newer).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Records the synced group as it now is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_group(&self, destination: DestinationId, group: &KeptGroup) -> StoreResult<()> {
        use synced_group::{ActiveModel, Column, Entity};
        group_intent::Entity::delete_by_id(destination.uuid()).exec(&self.db).await?;
        let row = ActiveModel {
            id: Set(SyncedGroupId::random().uuid()),
            destination_id: Set(destination.uuid()),
            resource: Set(group.resource.to_string()),
            name: Set(group.name.clone()),
            wanted_name: Set(group.wanted_name.clone()),
            synced_contact_count: Set(0),
            addition_count: Set(0),
            created_at: Set(self.now),
            last_synced_at: Set(None),
        };
        let newer = OnConflict::column(Column::DestinationId)
            .update_columns([Column::Resource, Column::Name, Column::WantedName])
            .to_owned();
        Entity::insert(row).on_conflict(newer).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Records synced contacts as they now are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_links(&self, destination: DestinationId, links: &[(ContactNumber, Link)]) -> StoreResult<()> {
        use link::{ActiveModel, Column, Entity};
        for chunk in links.chunks(CHUNK) {
            let rows: Vec<ActiveModel> = chunk
                .iter()
                .map(|(number, link)| {
                    Ok(ActiveModel {
                        destination_id: Set(destination.uuid()),
                        number: Set(number.to_i64()),
                        resource: Set(link.resource.to_string()),
                        nonce: Set(link.nonce.as_ref().map(|nonce| nonce.as_str().to_owned())),
                        etag: Set(link.etags.person.clone()),
                        source_etag: Set(link.etags.source.clone()),
                        sent: Set(to_json("link", &link.sent)?),
                        stored: Set(to_json("link", &link.stored)?),
                    })
                })
                .collect::<StoreResult<_>>()?;
            let newer = OnConflict::columns([Column::DestinationId, Column::Number])
                .update_columns([
                    Column::Resource,
                    Column::Nonce,
                    Column::Etag,
                    Column::SourceEtag,
                    Column::Sent,
                    Column::Stored,
                ])
                .to_owned();
            Entity::insert_many(rows).on_conflict(newer).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Drops records of synced contacts that are gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_links(&self, destination: DestinationId, numbers: &[ContactNumber]) -> StoreResult<()> {
        use link::{Column, Entity};
        for chunk in numbers.chunks(CHUNK) {
            let gone = chunk.iter().map(|number| number.to_i64());
            let these = Column::DestinationId.eq(destination.uuid()).and(Column::Number.is_in(gone));
            Entity::delete_many().filter(these).exec(&self.db).await?;
        }
        Ok(())
    }

    /// Marks the account as in step: its cursor, its additions; no wish is open any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_clean(
        &self,
        destination: DestinationId,
        cursor: Option<&Cursor>,
        parameters: &str,
        additions: &BTreeSet<ResourceName>,
        synced: usize,
    ) -> StoreResult<()> {
        use destination::{Column, Entity};
        let id = destination.uuid();
        Entity::update_many()
            .col_expr(Column::IsDirty, Expr::value(false))
            .col_expr(Column::UnsettledSince, Expr::value(None::<Time>))
            .col_expr(Column::CursorToken, Expr::value(cursor.map(|cursor| cursor.token.as_str())))
            .col_expr(Column::CursorParameters, Expr::value(parameters))
            .col_expr(Column::FullReadAt, Expr::value(cursor.map(|cursor| cursor.full_read_at)))
            .filter(Column::Id.eq(id))
            .exec(&self.db)
            .await?;
        create_intent::Entity::delete_many().filter(create_intent::Column::DestinationId.eq(id)).exec(&self.db).await?;
        self.replace_additions(destination, additions).await?;
        let count = |count: usize| Expr::value(i32::try_from(count).unwrap_or(i32::MAX));
        synced_group::Entity::update_many()
            .col_expr(synced_group::Column::SyncedContactCount, count(synced))
            .col_expr(synced_group::Column::AdditionCount, count(additions.len()))
            .col_expr(synced_group::Column::LastSyncedAt, Expr::value(self.now))
            .filter(synced_group::Column::DestinationId.eq(id))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    async fn replace_additions(
        &self,
        destination: DestinationId,
        additions: &BTreeSet<ResourceName>,
    ) -> StoreResult<()> {
        use addition::{ActiveModel, Column, Entity};
        Entity::delete_many().filter(Column::DestinationId.eq(destination.uuid())).exec(&self.db).await?;
        let row = |name: &ResourceName| ActiveModel {
            destination_id: Set(destination.uuid()),
            resource: Set(name.to_string()),
        };
        let rows: Vec<ActiveModel> = additions.iter().map(row).collect();
        for chunk in rows.chunks(CHUNK) {
            Entity::insert_many(chunk.to_vec()).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Forgets a destination with all that we remember of its account: the last record of its removal.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_destination(&self, destination: DestinationId) -> StoreResult<()> {
        destination::Entity::delete_by_id(destination.uuid()).exec(&self.db).await?;
        Ok(())
    }
}

pub(super) fn cursor(
    token: Option<String>,
    made_with: Option<String>,
    full_read_at: Option<Time>,
    parameters: &str,
) -> Option<Cursor> {
    let is_valid = made_with.as_deref() == Some(parameters);
    Some(Cursor { token: SyncToken::new(token.filter(|_| is_valid)?), full_read_at: full_read_at? })
}

fn read_link(row: link::Model) -> StoreResult<(ContactNumber, Link)> {
    let link = Link {
        resource: ResourceName::new(row.resource),
        nonce: row.nonce.map(Nonce::from),
        etags: Etags { person: row.etag, source: row.source_etag },
        sent: from_json("link", row.sent)?,
        stored: from_json("link", row.stored)?,
    };
    Ok((ContactNumber::from_i64(row.number), link))
}
