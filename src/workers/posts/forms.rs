//! Reading the forms of posts.

use super::types::WorkingTime;
use crate::agreements::AgreementId;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::workers::{Qualification, WorkerId, WorkerKind};

/// What is entered of a post.
#[derive(Clone, Debug)]
pub struct PostInput {
    pub agreement: AgreementId,
    pub title: String,
    pub kind: WorkerKind,
    pub qualification: Option<Qualification>,
    pub working_time: WorkingTime,
    pub opened_on: Date,
}

/// The most posts of one kind that are opened at once.
const MOST: i64 = 20;

/// Fields `agreement title kind qualification working_time opened_on`, and `count`: how many such posts, one where none is said.
pub fn posts(fields: &Fields, today: Date) -> Result<(PostInput, i64)> {
    let mut read = fields.read();
    let input = post(&mut read, today);
    let count = read.optional("count", parse::integer(1..=MOST));
    read.finish(|| Some((input?, count?.unwrap_or(1))))
}

/// The same fields of one post, and the `version` that the form was filled from; whoever sends none changes what is there now.
pub fn revision(fields: &Fields, today: Date) -> Result<(PostInput, Option<i64>)> {
    let mut read = fields.read();
    let version = read.optional("version", parse::integer(0..=i64::MAX));
    let input = post(&mut read, today);
    read.finish(|| Some((input?, version?)))
}

/// A program's revision: it must say what it has seen.
pub fn api_revision(fields: &Fields, today: Date) -> Result<(PostInput, Option<i64>)> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(0..=i64::MAX));
    let input = post(&mut read, today);
    read.finish(|| Some((input?, Some(version?))))
}

fn post(read: &mut Reader<'_>, today: Date) -> Option<PostInput> {
    let agreement = read.required("agreement", parse::choice);
    let title = read.required("title", parse::line(40));
    let kind: Option<WorkerKind> = read.required("kind", parse::choice);
    let qualification: Option<Option<Qualification>> = read.optional("qualification", parse::choice);
    let working_time = read.required("working_time", parse::choice);
    let opened_on = read.required("opened_on", parse::day(today, parse::TERMS));
    if kind == Some(WorkerKind::Staff) && qualification.flatten().is_some() {
        read.fault::<()>("qualification", Fault::new("field.staff_unqualified"));
    }
    Some(PostInput {
        agreement: agreement?,
        title: title?,
        kind: kind?,
        qualification: qualification?,
        working_time: working_time?,
        opened_on: opened_on?,
    })
}

/// Fields `worker filled_on`: who fills a post from a day on.
pub fn filling(fields: &Fields, today: Date) -> Result<(WorkerId, Date)> {
    let mut read = fields.read();
    let worker = read.required("worker", parse::choice);
    let day = read.required("filled_on", parse::day(today, parse::ENDINGS));
    read.finish(|| Some((worker?, day?)))
}

/// Field `vacant_on`: the first day on which nobody fills a post.
pub fn vacancy(fields: &Fields, today: Date) -> Result<Date> {
    let mut read = fields.read();
    let day = read.required("vacant_on", parse::day(today, parse::ENDINGS));
    read.finish(|| day)
}

/// Field `ended_on`: the first day without a post.
pub fn ending(fields: &Fields, today: Date) -> Result<Date> {
    let mut read = fields.read();
    let day = read.required("ended_on", parse::day(today, parse::ENDINGS));
    read.finish(|| day)
}
