//! Users of the Workspace: read for the API and the engine, written from the Directory.

use std::collections::HashMap;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};

use super::convert::email;
use super::page::{Direction, Page, PageRequest, paged, starts_with};
use super::{CHUNK, Store, StoreResult, Tx};
use crate::domain::{DirectoryUser, EmailAddress, Time, UserId, Workspace, WorkspaceUser, name_key};

use entity::{user_address, workspace, workspace_user};

/// The one row of the table.
const WORKSPACE: i32 = 1;
pub(super) fn read_user(row: workspace_user::Model) -> StoreResult<WorkspaceUser> {
    Ok(WorkspaceUser {
        id: row.id.into(),
        google_id: row.google_id,
        email: email("workspace_user", &row.email)?,
        display_name: row.display_name,
        is_suspended: row.is_suspended,
        is_archived: row.is_archived,
        is_guest: row.is_guest,
        is_deleted: row.is_deleted,
        read_at: row.read_at,
    })
}

pub(super) async fn users_by_ids(
    db: &impl ConnectionTrait,
    ids: &[UserId],
) -> StoreResult<HashMap<UserId, WorkspaceUser>> {
    use workspace_user::{Column, Entity};
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let these = Column::Id.is_in(chunk.iter().map(|id| id.uuid()));
        for row in Entity::find().filter(these).all(db).await? {
            let user = read_user(row)?;
            found.insert(user.id, user);
        }
    }
    Ok(found)
}

pub(super) async fn users_by_addresses(
    db: &impl ConnectionTrait,
    addresses: &[EmailAddress],
) -> StoreResult<HashMap<EmailAddress, WorkspaceUser>> {
    use user_address::{Column, Entity};
    let mut leads_to = Vec::new();
    for chunk in addresses.chunks(CHUNK) {
        let these = Column::Address.is_in(chunk.iter().map(EmailAddress::as_str));
        leads_to.extend(Entity::find().filter(these).all(db).await?);
    }
    let ids: Vec<UserId> = leads_to.iter().map(|row| row.user_id.into()).collect();
    let users = users_by_ids(db, &ids).await?;
    leads_to
        .into_iter()
        .filter_map(|row| users.get(&row.user_id.into()).map(|user| (row.address, user.clone())))
        .map(|(address, user)| Ok((email("user_address", &address)?, user)))
        .collect()
}

pub(super) async fn workspace(db: &impl ConnectionTrait) -> StoreResult<Option<Workspace>> {
    let row = workspace::Entity::find_by_id(WORKSPACE).one(db).await?;
    Ok(row.map(|row| Workspace {
        customer_id: row.customer_id,
        primary_domain: row.primary_domain,
        read_at: row.read_at,
    }))
}

impl Store {
    /// The Workspace, as last read. `None` before the first reading.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn workspace(&self) -> StoreResult<Option<Workspace>> {
        workspace(&self.db).await
    }

    /// When the whole list of users was last read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_read_at(&self) -> StoreResult<Option<Time>> {
        let row = workspace::Entity::find_by_id(WORKSPACE).one(&self.db).await?;
        Ok(row.and_then(|row| row.users_read_at))
    }

    /// Users that are not deleted, as far as they are known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_count(&self) -> StoreResult<u64> {
        Ok(workspace_user::Entity::find().filter(workspace_user::Column::IsDeleted.eq(false)).count(&self.db).await?)
    }

    /// A user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user(&self, id: UserId) -> StoreResult<Option<WorkspaceUser>> {
        Ok(self.users_by_ids(&[id]).await?.remove(&id))
    }

    /// Users by our ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_by_ids(&self, ids: &[UserId]) -> StoreResult<HashMap<UserId, WorkspaceUser>> {
        users_by_ids(&self.db, ids).await
    }

    /// Users that these addresses lead to, as primary address or alias.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_by_addresses(
        &self,
        addresses: &[EmailAddress],
    ) -> StoreResult<HashMap<EmailAddress, WorkspaceUser>> {
        users_by_addresses(&self.db, addresses).await
    }

    /// Users by Google's ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_by_google_ids(&self, ids: &[String]) -> StoreResult<HashMap<String, WorkspaceUser>> {
        let mut found = HashMap::new();
        for chunk in ids.chunks(CHUNK) {
            let these = workspace_user::Column::GoogleId.is_in(chunk);
            for row in workspace_user::Entity::find().filter(these).all(&self.db).await? {
                found.insert(row.google_id.clone(), read_user(row)?);
            }
        }
        Ok(found)
    }

    /// Users whose name or address begins with `search`, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_page(&self, search: &str, page: &PageRequest) -> StoreResult<Page<WorkspaceUser>> {
        use workspace_user::{Column, Entity};
        let select = Entity::find().filter(named(search));
        let rows = paged(select, Column::NameKey, Column::Id, Direction::Ascending, page).all(&self.db).await?;
        Ok(Page::of(rows.into_iter().map(read_user).collect::<StoreResult<_>>()?, page))
    }

    /// How many users [`Store::users_page`] would list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_users(&self, search: &str) -> StoreResult<u64> {
        Ok(workspace_user::Entity::find().filter(named(search)).count(&self.db).await?)
    }
}

fn named(search: &str) -> Condition {
    use workspace_user::Column;
    let search = name_key(search.trim());
    // A name is also found by its second part, as people search it; families come after a space.
    let family = sea_orm::sea_query::LikeExpr::new(format!(
        "% {}%",
        search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
    ))
    .escape('\\');
    Condition::all().add(Column::IsDeleted.eq(false)).add(
        Condition::any()
            .add(Expr::col(Column::NameKey).like(starts_with(&search)))
            .add(Expr::col(Column::NameKey).like(family))
            .add(Expr::col(Column::Email).like(starts_with(&search))),
    )
}

impl Tx {
    /// Records the Workspace. `false`: the database belongs to another customer, and nothing was recorded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upsert_workspace(&self, customer_id: &str, primary_domain: &str) -> StoreResult<bool> {
        use workspace::{ActiveModel, Column, Entity};
        let row = ActiveModel {
            id: Set(WORKSPACE),
            customer_id: Set(customer_id.to_owned()),
            primary_domain: Set(primary_domain.to_owned()),
            read_at: Set(self.now),
            users_read_at: Set(None),
        };
        let newer = OnConflict::column(Column::Id)
            .update_columns([Column::PrimaryDomain, Column::ReadAt])
            .action_and_where(Expr::col((Entity, Column::CustomerId)).eq(customer_id))
            .to_owned();
        Ok(Entity::insert(row).on_conflict(newer).exec_without_returning(&self.db).await? > 0)
    }

    /// Records these users as the Directory describes them now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upsert_users(&self, users: &[DirectoryUser]) -> StoreResult<()> {
        use workspace_user::{ActiveModel, Column, Entity};
        let row = |user: &DirectoryUser| ActiveModel {
            id: Set(UserId::random().uuid()), // of a new user; a known one keeps its id
            google_id: Set(user.google_id.clone()),
            email: Set(user.email.to_string()),
            display_name: Set(user.display_name.clone()),
            name_key: Set(name_key(&user.display_name)),
            is_suspended: Set(user.is_suspended),
            is_archived: Set(user.is_archived),
            is_guest: Set(user.is_guest),
            is_deleted: Set(false),
            read_at: Set(self.now),
        };
        let mut ids = HashMap::new();
        for chunk in users.chunks(CHUNK) {
            let newer = OnConflict::column(Column::GoogleId)
                .update_columns([
                    Column::Email,
                    Column::DisplayName,
                    Column::NameKey,
                    Column::IsSuspended,
                    Column::IsArchived,
                    Column::IsGuest,
                    Column::IsDeleted,
                    Column::ReadAt,
                ])
                .to_owned();
            let stored = Entity::insert_many(chunk.iter().map(row)).on_conflict(newer).exec_with_returning(&self.db);
            ids.extend(stored.await?.into_iter().map(|row| (row.google_id, row.id)));
        }
        let of = |user: &DirectoryUser| ids.get(&user.google_id).copied();
        let known: Vec<_> = users.iter().filter_map(|user| Some((user, of(user)?))).collect();
        for chunk in known.chunks(CHUNK) {
            let these = user_address::Column::UserId.is_in(chunk.iter().map(|(_, id)| *id));
            user_address::Entity::delete_many().filter(these).exec(&self.db).await?;
        }
        let mut addresses = HashMap::new(); // an alias never takes a primary address from its user
        for (user, id) in &known {
            for alias in &user.aliases {
                addresses.insert(alias.to_string(), *id);
            }
        }
        addresses.extend(known.iter().map(|(user, id)| (user.email.to_string(), *id)));
        let rows: Vec<_> = addresses
            .into_iter()
            .map(|(address, user_id)| user_address::ActiveModel { address: Set(address), user_id: Set(user_id) })
            .collect();
        for chunk in rows.chunks(CHUNK) {
            let moved = OnConflict::column(user_address::Column::Address)
                .update_column(user_address::Column::UserId)
                .to_owned();
            user_address::Entity::insert_many(chunk.to_vec())
                .on_conflict(moved)
                .exec_without_returning(&self.db)
                .await?;
        }
        Ok(())
    }

    /// Records the whole list: who is not in it is deleted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_users(&self, users: &[DirectoryUser]) -> StoreResult<()> {
        use workspace_user::{Column, Entity};
        self.upsert_users(users).await?;
        let unseen = Column::ReadAt.lt(self.now); // those who were gone already are looked at, too
        let gone = Entity::update_many()
            .col_expr(Column::IsDeleted, Expr::value(true))
            .col_expr(Column::ReadAt, Expr::value(self.now))
            .filter(unseen)
            .exec_with_returning(&self.db)
            .await?;
        for chunk in gone.chunks(CHUNK) {
            let theirs = user_address::Column::UserId.is_in(chunk.iter().map(|row| row.id));
            user_address::Entity::delete_many().filter(theirs).exec(&self.db).await?;
        }
        workspace::Entity::update_many()
            .col_expr(workspace::Column::UsersReadAt, Expr::value(Some(self.now)))
            .filter(workspace::Column::Id.eq(WORKSPACE))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Records that the Directory knows nobody by this address. Whose it was is told by the next reading of that user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_address_missing(&self, address: &EmailAddress) -> StoreResult<()> {
        user_address::Entity::delete_by_id(address.to_string()).exec(&self.db).await?;
        Ok(())
    }

    /// Records that the Directory has no user of this id any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_user_missing(&self, google_id: &str) -> StoreResult<()> {
        use workspace_user::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::IsDeleted, Expr::value(true))
            .col_expr(Column::ReadAt, Expr::value(self.now))
            .filter(Column::GoogleId.eq(google_id))
            .exec(&self.db)
            .await?;
        let theirs =
            Query::select().column(Column::Id).from(Entity).and_where(Column::GoogleId.eq(google_id)).to_owned();
        let addresses = user_address::Column::UserId.in_subquery(theirs);
        user_address::Entity::delete_many().filter(addresses).exec(&self.db).await?;
        Ok(())
    }
}
