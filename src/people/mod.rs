//! People: one human, one row, however many roles.

pub mod groups;

use crate::store::id_type;

id_type!(PersonId);
