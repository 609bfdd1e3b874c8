//! What a browser is called in the list of logins: "Chrome · Windows" tells its owner more than a user agent does.

/// First fit wins: WeChat and Edge say "Chrome" too, and Chrome says "Safari".
const BROWSERS: [(&str, &str); 7] = [
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("HuaweiBrowser", "Huawei"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// A short name for a `User-Agent`, "?" where nothing is known.
pub fn name(user_agent: &str) -> String {
    let first =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|found| found.1);
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(known), None) | (None, Some(known)) => known.to_owned(),
        (None, None) => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_browser_has_a_short_name() {
        let wechat =
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0";
        assert_eq!(super::name(wechat), "WeChat · Android");
        assert_eq!(super::name("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0"), "Edge · Windows");
        assert_eq!(super::name("something else"), "?");
    }
}
