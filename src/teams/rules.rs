//! What may become of somebody in a team, without the database.

use super::types::{MemberChange, MemberState};
use crate::error::{Error, Result};

/// What somebody, or somebody for them, wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Join,
    Suspend,
    Resume,
    Leave,
}

/// What becomes of somebody who stands so; nothing, where it is so already. Whoever is not in it neither rests nor leaves.
///
/// # Errors
/// `Refused("member_suspended")` for who rests and would join, `Refused("not_serving")`, `Refused("not_suspended")`.
pub fn change(state: MemberState, wish: Wish) -> Result<Option<MemberChange>> {
    match (state, wish) {
        (MemberState::Outside, Wish::Join) => Ok(Some(MemberChange::Joined)),
        (MemberState::Left, Wish::Join) => Ok(Some(MemberChange::Returned)),
        (MemberState::Active, Wish::Join) => Ok(None),
        (MemberState::Suspended, Wish::Join) => Err(Error::refused("member_suspended")),
        (MemberState::Active, Wish::Suspend) => Ok(Some(MemberChange::Suspended)),
        (MemberState::Suspended, Wish::Resume) => Ok(Some(MemberChange::Resumed)),
        (MemberState::Active | MemberState::Suspended, Wish::Leave) => Ok(Some(MemberChange::Left)),
        (_, Wish::Suspend) => Err(Error::refused("not_serving")),
        (_, Wish::Resume) => Err(Error::refused("not_suspended")),
        (MemberState::Outside | MemberState::Left, Wish::Leave) => Ok(None),
    }
}

/// The name by which whoever does not know somebody may call them: 陈秀英 is 秀英, Mary Smith is Mary. Nothing, where only a surname is
/// known.
pub fn first_name(name: &str) -> Option<String> {
    // Surnames of two characters that are still common.
    const DOUBLE: &[&str] = &[
        "欧阳", "司徒", "司马", "上官", "诸葛", "尉迟", "皇甫", "夏侯", "东方", "南宫", "令狐", "慕容", "端木", "公孙",
        "轩辕", "呼延", "申屠", "太史", "澹台", "宇文", "长孙", "钟离", "闻人", "西门", "独孤", "百里", "淳于", "单于",
        "公羊", "赫连",
    ];
    let name = name.trim();
    if let Some((first, _)) = name.split_once(['·', ' ']) {
        return Some(first.to_owned()).filter(|first| !first.is_empty());
    }
    let characters: Vec<char> = name.chars().collect();
    if !characters.iter().all(|c| !c.is_ascii()) {
        return None;
    }
    let is_double = characters.len() > 2 && DOUBLE.iter().any(|surname| name.starts_with(surname));
    let given: String = characters.into_iter().skip(if is_double { 2 } else { 1 }).collect();
    Some(given).filter(|given| !given.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_name_never_tells_the_whole_name() {
        let cases = [
            ("陈秀英", Some("秀英")),
            ("李娜", Some("娜")),
            ("欧阳志强", Some("志强")),
            ("欧阳", Some("阳")),
            ("阿依古丽·买买提", Some("阿依古丽")),
            ("Mary Smith", Some("Mary")),
            ("陈", None),
            ("Cher", None),
            ("", None),
        ];
        for (name, first) in cases {
            assert_eq!(first_name(name).as_deref(), first, "{name}");
        }
    }

    #[test]
    fn who_is_suspended_comes_back_by_being_let_or_leaves() {
        assert!(change(MemberState::Suspended, Wish::Join).is_err());
        let changes = |state, wish| change(state, wish).unwrap();
        assert_eq!(changes(MemberState::Suspended, Wish::Resume), Some(MemberChange::Resumed));
        assert_eq!(changes(MemberState::Suspended, Wish::Leave), Some(MemberChange::Left));
        assert_eq!(changes(MemberState::Left, Wish::Join), Some(MemberChange::Returned));
        assert_eq!(changes(MemberState::Outside, Wish::Leave), None);
    }
}
