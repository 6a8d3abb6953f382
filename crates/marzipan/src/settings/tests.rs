use super::*;

fn values(written: &[(&'static str, &str)]) -> Values {
    let written = written.iter().map(|(key, text)| {
        assert!(KEYS.contains(key), "{key}");
        (*key, Written { text: (*text).to_owned(), place: Place::Environment })
    });
    Values(written.collect())
}

fn settings(written: &[(&'static str, &str)]) -> Settings {
    values(written).settings().expect("settings")
}

fn refused(written: &[(&'static str, &str)]) -> String {
    values(written).settings().expect_err("is refused").to_string()
}

fn file(text: &str) -> Result<Settings> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("writes");
    let common = Common { config: Some(file.path().to_owned()), ..Common::default() };
    let mut values = Values::default();
    values.add_file(common.config.as_deref().expect("set"))?;
    values.settings()
}

#[test]
fn nothing_needs_to_be_set() {
    let settings = settings(&[]);
    assert_eq!(settings.database_url.expose_secret(), "sqlite://./marzipan-data/marzipan.db");
    assert_eq!(settings.secret_key_file, Path::new("./marzipan-data/secret.key"));
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((settings.password_memory_kib, settings.password_passes), (19_456, 2));
    assert_eq!(settings.rate_limit_strict, 30);
    assert!(settings.hashing_threads >= 1 && settings.metrics_listen.is_none());
}

#[test]
fn what_belongs_to_the_data_lies_in_its_folder() {
    let settings = settings(&[("data_dir", "/srv/shop")]);
    assert_eq!(settings.database_url.expose_secret(), "sqlite:///srv/shop/marzipan.db");
    assert_eq!(settings.secret_key_file, Path::new("/srv/shop/secret.key"));
}

#[test]
fn later_layers_overrule_earlier_ones() {
    let mut values = values(&[("listen", "127.0.0.1:1"), ("data_dir", "/one")]);
    let set = |name: &str, value: &str| (name.into(), value.into());
    let variables = [set("MARZIPAN_LISTEN", "127.0.0.1:2"), set("MARZIPAN_DATA_DIR", ""), set("LISTEN", "x")];
    values.add_environment(variables.into_iter()).expect("text");
    assert_eq!(values.settings().expect("settings").listen.port(), 2);
    values.add_flags(&Common { listen: Some("127.0.0.1:3".to_owned()), ..Common::default() });
    let settings = values.settings().expect("settings");
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.data_dir, Path::new("/one"), "an empty variable sets nothing");
}

#[test]
fn a_file_is_read() {
    let settings = file(
        "listen = \"0.0.0.0:80\"\nshutdown_grace = 5\ntrusted_proxies = [\"10.0.0.0/8\", \"2001:db8::1\"]\n\
         password_passes = 3\nlog_format = \"json\"\n",
    )
    .expect("settings");
    assert_eq!(settings.listen.port(), 80);
    assert_eq!(settings.shutdown_grace, Duration::from_secs(5));
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert_eq!(settings.password_passes, 3);
    assert_eq!(settings.log_format, LogFormat::Json);
}

#[test]
fn an_unknown_setting_is_told_with_the_nearest_known_one() {
    for (text, near) in [
        ("smpt_url = \"smtp://127.0.0.1\"", "smtp_url"),
        ("databse = \"x\"", "database_url"),
        ("Listen = \"x\"", "listen"),
        ("rate_limits_strict = 1", "rate_limit_strict"),
        ("[log]\nlevel = \"x\"", "takes a text"),
    ] {
        let said = file(text).expect_err("is refused").to_string();
        assert!(said.contains(near), "{text}: {said}");
    }
}

#[test]
fn a_broken_file_is_told_by_its_line_and_not_by_its_words() {
    let said = file("listen = \"127.0.0.1:1\"\ndatabase_url = \"postgres://me:top-secret\n");
    let said = said.expect_err("is refused").to_string();
    assert!(said.contains("line 2") && !said.contains("top-secret"), "{said}");
}

#[test]
fn a_wrong_value_says_what_it_takes_and_where_it_stands() {
    for (key, text, takes) in [
        ("listen", "8080", "127.0.0.1:8080"),
        ("public_url", "api.shop.example", "https://"),
        ("public_url", "https://api.shop.example/?x=1", "https://"),
        ("database_url", "mysql://127.0.0.1/shop", "postgres://"),
        ("log_format", "xml", "auto, text or json"),
        ("trusted_proxies", "10.0.0.0/8,all", "10.0.0.0/8"),
        ("rate_limit_strict", "-1", "0 for no limit"),
        ("postgres_connections", "0", "from 1 to 1000"),
        ("hashing_threads", "many", "from 1 to 256"),
        ("shutdown_grace", "1m", "from 0 to 3600"),
    ] {
        let said = refused(&[(key, text)]);
        assert!(said.contains(takes) && said.contains(&variable(key)), "{key}: {said}");
        assert!(!said.contains("mysql"), "{said}");
    }
}

#[test]
fn hashing_can_be_made_dearer_and_not_cheaper() {
    assert!(refused(&[("password_memory_kib", "19455")]).contains("19456"));
    assert!(refused(&[("password_passes", "1")]).contains("from 2"));
    let settings = settings(&[("password_memory_kib", "65536"), ("password_passes", "3")]);
    assert_eq!((settings.password_memory_kib, settings.password_passes), (65_536, 3));
}

#[test]
fn no_secret_is_shown() {
    let settings = settings(&[
        ("database_url", "postgres://me:top-secret@db.example/shop?password=top-secret"),
        ("smtp_url", "smtp://me:top-secret@mail.example"),
    ]);
    assert!(!format!("{settings:?}").contains("top-secret"));
    assert_eq!(settings.database_shown(), "postgres://me@db.example/shop");
}
