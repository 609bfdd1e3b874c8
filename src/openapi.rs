//! The OpenAPI description, gathered from the handlers' own annotations.

use std::sync::LazyLock;

use rocket::fairing::AdHoc;
use rocket::http::ContentType;
use rocket::{get, routes};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(title = "Linli API", description = "Bearer tokens are made by `linli token add`. Instants are RFC 3339 in UTC, dates are ISO local dates."),
    paths(
        crate::centers::api::list,
        crate::centers::api::show,
        crate::rooms::api::list,
        crate::rooms::api::create,
        crate::check_in::api::list,
        crate::check_in::api::check_in,
        crate::check_in::api::batch,
        crate::check_in::api::walk_in,
        crate::check_in::api::void,
        crate::check_in::api::check_out,
        crate::check_in::api::head_counts,
        crate::check_in::api::count_heads,
        crate::check_in::api::void_heads,
        crate::check_in::closing_api::record,
        crate::check_in::closing_api::close,
        crate::check_in::closing_api::reopen,
        crate::check_in::closing_api::list,
        crate::check_in::closing_api::confirm,
        crate::check_in::closing_api::pending_hours,
        crate::check_in::closing_api::confirm_several,
        crate::check_in::closing_api::correct,
        crate::check_in::company_api::companions,
        crate::check_in::company_api::escort,
        crate::check_in::participation::api::list,
        crate::check_in::participation::api::take_part,
        crate::check_in::participation::api::withdraw,
        crate::check_in::lasting_api::show,
        crate::check_in::lasting_api::make,
        crate::people::api::list,
        crate::people::api::show,
        crate::people::api::create,
        crate::people::api::revise,
        crate::qualifications::api::list,
        crate::qualifications::api::record,
        crate::qualifications::api::confirm,
        crate::qualifications::api::void,
        crate::qualifications::api::keep_paper,
        crate::qualifications::api::paper,
        crate::qualifications::api::matrix,
        crate::qualifications::api::kinds,
        crate::claims::api::list,
        crate::claims::api::create,
        crate::claims::api::create_correction,
        crate::claims::api::decide,
        crate::claims::api::undo,
        crate::claims::api::reopen,
        crate::claims::api::withdraw,
        crate::claims::api::of_team,
        crate::claims::api::create_for_member,
        crate::claims::api::endorse,
        crate::insurance::api::list,
        crate::insurance::api::create,
        crate::insurance::api::show,
        crate::insurance::api::insure,
        crate::insurance::api::withdraw,
        crate::insurance::api::void,
        crate::insurance::api::hand_out,
        crate::insurance::api::gap,
        crate::insurance::api::mark,
        crate::certificates::api::issue,
        crate::certificates::api::issue_several,
        crate::certificates::api::list,
        crate::certificates::api::revoke,
        crate::certificates::api::show,
        crate::certificates::more_api::decline,
        crate::certificates::more_api::lists,
        crate::certificates::more_api::publish,
        crate::certificates::more_api::published,
        crate::certificates::more_api::requested,
        crate::certificates::more_api::set_signing,
        crate::certificates::more_api::signing,
        crate::registrations::api::bring,
        crate::registrations::api::cancel,
        crate::registrations::api::excuse,
        crate::registrations::api::list,
        crate::registrations::api::move_up,
        crate::registrations::api::register,
        crate::registrations::calls::list,
        crate::registrations::calls::note_call,
        crate::registrations::chain_api::read_chain,
        crate::registrations::chain_api::register_chain_lines,
        crate::registrations::terms_api::activity_terms,
        crate::registrations::terms_api::session_terms,
        crate::registrations::terms_api::set_session_terms,
        crate::registrations::terms_api::set_terms,
        crate::registrations::terms_api::unset_session_terms,
        crate::shifts::api::ask_for,
        crate::shifts::api::gaps,
        crate::shifts::api::invite,
        crate::shifts::api::limits,
        crate::shifts::api::list,
        crate::shifts::api::put_in,
        crate::shifts::api::release,
        crate::shifts::api::revise_need,
        crate::shifts::api::set_limits,
        crate::shifts::api::withdraw_need,
        crate::honours::api::trainings,
        crate::honours::api::record,
        crate::honours::api::training,
        crate::honours::api::attend,
        crate::honours::api::withdraw,
        crate::honours::api::void_training,
        crate::honours::paper_api::keep_certificate,
        crate::honours::paper_api::certificate,
        crate::honours::api::commendations,
        crate::honours::api::give,
        crate::honours::api::commendation,
        crate::honours::api::void_commendation,
        crate::honours::paper_api::keep_paper,
        crate::honours::paper_api::paper,
        crate::honours::api::of_person,
        crate::honours::roll_api::year,
        crate::honours::roll_api::levels,
        crate::honours::roll_api::set_levels,
        crate::honours::roll_api::months,
        crate::phones::api::list,
        crate::phones::api::confirm,
        crate::phones::api::end_confirmation,
        crate::consents::api::list,
        crate::consents::api::give,
        crate::consents::api::withdraw,
        crate::consents::api::void,
        crate::consents::api::keep_paper,
        crate::consents::api::paper,
        crate::consents::api::remove_paper,
        crate::consents::api::texts,
        crate::consents::api::publish,
        crate::exports::api::own_data,
        crate::filings::api::list,
        crate::filings::api::show,
        crate::filings::api::create,
        crate::filings::api::revise,
        crate::filings::api::add_column,
        crate::filings::api::revise_column,
        crate::filings::api::move_column,
        crate::filings::api::remove_column,
        crate::filings::api::retire,
        crate::filings::api::bring_back,
        crate::filings::api::fill,
        crate::filings::api::take,
        crate::households::api::list,
        crate::households::api::show,
        crate::households::api::create,
        crate::households::api::revise,
        crate::households::api::move_in,
        crate::households::api::revise_stay,
        crate::units::api::list,
        crate::units::api::show,
        crate::units::api::create,
        crate::units::api::revise,
        crate::units::api::end,
        crate::units::api::restore,
        crate::imports::api::create,
        crate::imports::api::show,
        crate::imports::api::decide,
        crate::imports::api::apply,
        crate::imports::api::undo,
        crate::imports::api::file,
        crate::merges::api::list,
        crate::merges::api::create,
        crate::merges::api::show,
        crate::merges::api::undo,
        crate::merges::api::doubles,
        crate::merges::api::tell_apart,
        crate::merges::api::ask_again,
        crate::teams::api::list,
        crate::teams::api::create,
        crate::teams::api::add_member,
        crate::teams::api::present,
        crate::teams::api::suspend,
        crate::teams::api::resume,
        crate::teams::api::leave,
        crate::teams::api::volunteers,
        crate::applications::api::list,
        crate::applications::api::approve,
        crate::applications::api::decline,
        crate::activities::api::activities,
        crate::activities::api::create,
        crate::activities::api::sessions,
        crate::activities::api::session,
        crate::activities::schedule_api::reschedule,
        crate::activities::schedule_api::cancel,
        crate::activities::schedule_api::skip,
        crate::activities::schedule_api::restore,
        crate::workers::api::list,
        crate::workers::api::create,
        crate::workers::api::end,
        crate::workers::api::show,
        crate::workers::api::revise,
        crate::workers::api::recruitment,
        crate::workers::api::join,
        crate::workers::api::part,
        crate::workers::career_api::show,
        crate::workers::career_api::employ,
        crate::workers::career_api::void_employment,
        crate::workers::career_api::supervise,
        crate::workers::career_api::end_supervision,
        crate::workers::career_api::void_supervision,
        crate::workers::posts::api::list,
        crate::workers::posts::api::create,
        crate::workers::posts::api::revise,
        crate::workers::posts::api::fill,
        crate::workers::posts::api::vacate,
        crate::workers::posts::api::void,
        crate::workers::posts::api::end,
        crate::workers::posts::api::restore,
        crate::handovers::api::open_things,
        crate::handovers::api::create,
        crate::handovers::api::show,
        crate::handovers::api::undo,
        crate::holidays::api::list,
        crate::reports::api::summary,
        crate::erasure::api::preview,
        crate::erasure::api::create,
        crate::erasure::api::list,
        crate::erasure::api::approve,
        crate::erasure::api::decline,
        crate::retention::api::terms,
        crate::retention::api::set_terms,
        crate::retention::api::create,
        crate::retention::api::show,
        crate::retention::api::items,
        crate::retention::api::confirm,
        crate::search::api::search,
    ),
    components(schemas(crate::api::Problem)),
    modifiers(&Bearer, &Problems),
    security(("bearer" = []))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// Errors are the same everywhere, so they are described in one place: sent as problem documents, and not by the caller's
/// doing alone.
struct Problems;

const PROBLEM: &str = "application/problem+json";

impl Modify for Problems {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let operations = description.paths.paths.values_mut().flat_map(|path| {
            [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete].into_iter().flatten()
        });
        for operation in operations {
            let responses = &mut operation.responses.responses;
            for (status, response) in responses.iter_mut() {
                if let (true, RefOr::T(response)) = (status.starts_with('4'), response) {
                    response.content = std::mem::take(&mut response.content)
                        .into_iter()
                        .map(|(_, content)| (PROBLEM.to_owned(), content))
                        .collect();
                }
            }
            for (status, why) in [
                ("500", "An error of Linli's own; `reference` is its number in the log"),
                (
                    "503",
                    "The database does not answer, or too many ask at once: come again after `Retry-After` seconds",
                ),
            ] {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                let response = ResponseBuilder::new().description(why).content(PROBLEM, content).build();
                responses.insert(status.to_owned(), response.into());
            }
        }
    }
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("openapi", |rocket| async { rocket.mount("/api/v1", routes![description]) })
}

/// Made once: anyone may ask for it, and as often as they like.
static DESCRIPTION: LazyLock<String> = LazyLock::new(|| Description::openapi().to_json().unwrap_or_default());

/// The description of this API, for anyone: it holds no data.
#[get("/openapi.json")]
fn description() -> (ContentType, &'static str) {
    (ContentType::JSON, &DESCRIPTION)
}
