//! Tables of the database, as sea-orm entities: no logic, no GraphQL. Only the room `store` may use them.
//!
//! Columns carry the names of the domain's fields, where their meaning is documented. No table holds contact data,
//! but for the names in `contact_change`, which are dropped with old history.
#![expect(missing_docs, reason = "columns are documented where the domain defines them")]

pub mod account_lease;
pub mod activity;
pub mod activity_state;
pub mod addition;
pub mod audit_entry;
pub mod contact_change;
pub mod contact_group;
pub mod create_intent;
pub mod destination;
pub mod group_intent;
pub mod idempotency_key;
pub mod job;
pub mod link;
pub mod mirror_contact;
pub mod run;
pub mod run_event;
pub mod run_hold;
pub mod run_result;
pub mod synced_group;
pub mod user_address;
pub mod work;
pub mod workspace;
pub mod workspace_user;
