//! Keys that make a call safe to repeat: what it started is found again for 24 hours.

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::Decision;
use crate::domain::{Refusal, RefusalCode, Row, Run, RunId, quoted};
use crate::store::convert::{from_json, to_json};
use crate::store::prune::KEYS;
use crate::store::runs::read_run;
use crate::store::{StoreError, StoreResult, Tx};

use entity::idempotency_key::{ActiveModel, Column, Entity};

/// Key of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Subject of the token: keys of different callers do not meet.
    pub subject: String,
    /// Name of the mutation.
    pub mutation: &'static str,
    /// The key as it was sent.
    pub key: String,
    /// Hash of the normalised input.
    pub input_hash: String,
}

/// What an earlier call with the key started.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// Its run.
    pub run: Run,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// Path of the key in every input.
const PATH: [&str; 2] = ["input", "idempotencyKey"];

/// The refusal of a call whose twin has not ended.
pub(super) fn in_use(key: &IdempotencyKey) -> Decision {
    let message = format!("The first call with the key {} has not ended. Send the call again.", quoted(&key.key));
    let refusal = Refusal::new(RefusalCode::IdempotencyKeyInUse, &PATH, message);
    Decision::refused(None, vec![refusal], Vec::new())
}

impl Tx {
    /// What an earlier call with this key started, or why the key cannot serve.
    pub(super) async fn replay(&self, key: &IdempotencyKey) -> StoreResult<Option<Result<Replay, Refusal>>> {
        Entity::delete_many().filter(Column::CreatedAt.lt(self.now - KEYS)).exec(&self.db).await?;
        let id = (key.subject.clone(), key.mutation.to_owned(), key.key.clone());
        let Some(row) = Entity::find_by_id(id).one(&self.db).await? else { return Ok(None) };
        if row.input_hash != key.input_hash {
            let message = format!("The key {} was used with other input within 24 hours.", quoted(&key.key));
            return Ok(Some(Err(Refusal::new(RefusalCode::IdempotencyKeyReused, &PATH, message))));
        }
        let run = entity::run::Entity::find_by_id(row.run_id).one(&self.db).await?;
        let run = run.ok_or(StoreError::Nonsense { table: "idempotency_key", what: "the run is gone".into() })?;
        let rows = from_json("idempotency_key", row.rows)?;
        Ok(Some(Ok(Replay { run: read_run(run)?, rows })))
    }

    /// Keeps what this call started.
    pub(super) async fn keep_key(&self, key: &IdempotencyKey, run: RunId, rows: &[Row]) -> StoreResult<()> {
        let row = ActiveModel {
            subject: Set(key.subject.clone()),
            mutation: Set(key.mutation.to_owned()),
            key: Set(key.key.clone()),
            input_hash: Set(key.input_hash.clone()),
            rows: Set(to_json("idempotency_key", &rows)?),
            run_id: Set(run.uuid()),
            created_at: Set(self.now),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }
}
