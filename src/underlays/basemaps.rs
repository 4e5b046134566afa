//! Maps of others under the data (Tianditu, WMTS, XYZ), by configuration only: none is asked for unless a file
//! names it. The pages may then load from those hosts and no others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Bilingual;

/// One map, asked for by the pages themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Basemap {
    /// what it is called
    pub title: Bilingual,
    /// address of a tile with `{z}`, `{x}`, `{y}`, and `{s}` where there are several hosts; WMTS: the address of
    /// GetTile with these in place of TILEMATRIX, TILECOL, TILEROW
    pub url: String,
    /// what stands for `{s}`
    #[serde(default)]
    pub hosts: Vec<String>,
    /// whose it is, shown on the map; with Tianditu its approval number
    pub attribution: String,
    /// the lowest zoom with tiles
    #[serde(default)]
    pub min_zoom: u8,
    /// the highest zoom with tiles
    #[serde(default = "eighteen")]
    pub max_zoom: u8,
}

fn eighteen() -> u8 {
    18
}

/// Why the file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum BasemapError {
    /// it cannot be read
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// the file
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// it is not TOML, or has members that are not known
    #[error("{path}: {what}", path = path.display())]
    Toml {
        /// the file
        path: PathBuf,
        /// where and what
        what: String,
    },
    /// an address that is none
    #[error("{path}: {url:?} must begin with http:// or https:// and have {{z}}, {{x}} and {{y}}", path = path.display())]
    Address {
        /// the file
        path: PathBuf,
        /// the address
        url: String,
    },
}

impl BasemapError {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Read { path, source } => format!("{}：{}", path.display(), Bilingual::from(source).zh),
            Self::Toml { path, what } => format!("{}：写法有误（{what}）", path.display()),
            Self::Address { path, url } => {
                format!(
                    "{}：网址“{url}”应以 http:// 或 https:// 开头，并有 {{z}}、{{x}}、{{y}}",
                    path.display()
                )
            }
        };
        Bilingual::new(zh, self.to_string())
    }
}

/// The maps that are configured.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basemaps {
    /// in the order of the file
    #[serde(default, rename = "basemap")]
    pub all: Vec<Basemap>,
}

impl Basemaps {
    /// Reads a file of `[[basemap]]` tables.
    pub fn read(path: &Path) -> Result<Self, BasemapError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| BasemapError::Read { path: path.to_owned(), source })?;
        let found: Self = toml::from_str(&text).map_err(|error| BasemapError::Toml {
            path: path.to_owned(),
            what: error.message().to_owned(),
        })?;
        let wrong = |map: &&Basemap| {
            let whole = ["{z}", "{x}", "{y}"].iter().all(|part| map.url.contains(part));
            !whole || map.addresses().iter().any(|url| origin(url).is_none())
        };
        match found.all.iter().find(wrong) {
            Some(map) => Err(BasemapError::Address { path: path.to_owned(), url: map.url.clone() }),
            None => Ok(found),
        }
    }

    /// Scheme and host of all, for the rule of what pages may load.
    pub fn origins(&self) -> BTreeSet<String> {
        self.all.iter().flat_map(Basemap::addresses).filter_map(|url| origin(&url)).collect()
    }
}

impl Basemap {
    /// The addresses, one for each host.
    pub fn addresses(&self) -> Vec<String> {
        if self.hosts.is_empty() {
            return vec![self.url.clone()];
        }
        self.hosts.iter().map(|host| self.url.replace("{s}", host)).collect()
    }
}

/// Scheme, host and port of an address, in letters that cannot end the rule they are written into.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    let sound = host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    sound.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Basemaps, BasemapError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Basemaps::read(file.path())
    }

    const TIANDITU: &str = r#"
[[basemap]]
title = { zh = "天地图影像", en = "Tianditu imagery" }
url = "https://t{s}.example.cn/img_w/wmts?SERVICE=WMTS&REQUEST=GetTile&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=KEY"
hosts = ["0", "1"]
attribution = "天地图 GS(2024)0000号"
"#;

    #[test]
    fn maps_are_read_and_only_their_hosts_are_let_in() {
        let maps = read(TIANDITU).unwrap();
        assert_eq!(maps.all[0].max_zoom, 18);
        assert_eq!(
            maps.origins().into_iter().collect::<Vec<_>>(),
            ["https://t0.example.cn", "https://t1.example.cn"]
        );
        assert!(read("").unwrap().all.is_empty());
        assert!(matches!(read("[[basemap]]\nkey = 1"), Err(BasemapError::Toml { .. })));
        for url in [
            "ftp://a/{z}/{x}/{y}",
            "https://a/{z}/{x}",
            "https://a; script-src */{z}/{x}/{y}",
            "https:///{z}{x}{y}",
        ] {
            let text = TIANDITU.replace("https://t{s}.example.cn/img_w/wmts?SERVICE=WMTS&REQUEST=GetTile&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=KEY", url);
            assert!(matches!(read(&text), Err(BasemapError::Address { .. })), "{url}");
        }
    }
}
