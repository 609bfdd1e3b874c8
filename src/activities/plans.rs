//! How SQLite finds what it needs of a center that has been busy for years: around the days that are asked for, and no further back.

use super::{queries, taken};
use crate::store::plan;

#[rocket::async_test]
async fn bookings_of_a_day_are_found_without_reading_those_of_years() {
    const DAY: &str = "SEARCH b USING INDEX bookings_by_room (room_id=? AND starts_at>? AND starts_at<?)";
    for sql in [taken::other_bookings_sql(), taken::booked_sql(), taken::near_sql()] {
        let steps = plan::of(&sql).await;
        assert!(steps.iter().any(|step| step == DAY), "{steps:#?}");
    }
}

#[rocket::async_test]
async fn a_centers_public_days_are_found_without_reading_those_of_years() {
    const DAYS: &str = "SEARCH s USING INDEX sessions_by_center (center_id=? AND local_date>? AND local_date<?)";
    let steps = plan::of(&queries::published_sql(true)).await;
    assert!(steps.iter().any(|step| step == DAYS), "{steps:#?}");
}
