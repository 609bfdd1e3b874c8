//! Workers (社工 and 普通服务人员): the center's staff.

use crate::store::id_type;

id_type!(WorkerId);
