//! `boundstone serve`: the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::check::rules_for;
use super::failure::Failure;
use super::papers::templates_for;
use super::registers::{open_to_read, open_to_write, open_together};
use super::words::{self, line, t};
use crate::attachments::Attachments;
use crate::model::Secrecy;
use crate::register::{Outcome, Register};
use crate::server;
use crate::underlays::{Basemaps, Underlays};

/// The highest class of secrecy that is shown.
#[derive(Clone, Copy, ValueEnum)]
pub enum Show {
    /// for everybody
    #[value(help = t("公开", "for everybody"))]
    Public,
    /// within the office
    #[value(help = t("内部", "within the office"))]
    Internal,
    /// secret
    #[value(help = t("秘密", "secret"))]
    Secret,
}

impl From<Show> for Secrecy {
    fn from(show: Show) -> Self {
        match show {
            Show::Public => Self::Public,
            Show::Internal => Self::Internal,
            Show::Secret => Self::Secret,
        }
    }
}

/// Starts the server.
#[derive(Args)]
#[command(after_help = t("例：\n  boundstone serve 五华区.gpkg --bind 127.0.0.1:8090 --show internal\n  boundstone serve 五华区.gpkg 盘龙区.gpkg 官渡区.gpkg", "Examples:\n  boundstone serve wuhua.gpkg --bind 127.0.0.1:8090 --show internal\n  boundstone serve wuhua.gpkg panlong.gpkg guandu.gpkg"))]
pub struct Serve {
    #[arg(value_name = "REGISTER", required = true, num_args = 1.., help = t("登记册文件；给多个时合成一个只读视图", "register file; several make one view, read-only"))]
    registers: Vec<PathBuf>,
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDR:PORT", help = t("监听地址；端口 0 表示任选", "where to listen; port 0 takes any"))]
    bind: SocketAddr,
    #[arg(long, value_enum, default_value = "public", help = t("显示到哪一密级为止", "the highest class of secrecy shown"))]
    show: Show,
    #[arg(long, help = t("只读：不接受修改", "accept no changes"))]
    read_only: bool,
    #[arg(long, help = t("页面注明是演示数据", "the page says that the data are for demonstration"))]
    demo: bool,
    #[arg(long, value_name = "URL", help = t("经反向代理时，客户端看到的地址前缀", "scheme and host that clients see behind a proxy"))]
    public_url: Option<String>,
    #[arg(long, value_name = "FILE", help = t("外部地图的配置文件（天地图、WMTS、XYZ），默认不用", "file of maps of others (Tianditu, WMTS, XYZ), none by default"))]
    basemaps: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = t("本单位的规则文件夹，默认为登记册旁的“登记册文件名.rules”", "the office's folder of rules, default REGISTER.rules beside the register"))]
    rules: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = t("本单位的模板文件夹，默认为登记册旁的“登记册文件名.templates”", "the office's folder of templates, default REGISTER.templates beside the register"))]
    templates: Option<PathBuf>,
    #[arg(long, help = t("日志每行一个 JSON 对象", "log one JSON object a line"))]
    log_json: bool,
}

impl Serve {
    /// Serves until it is told to stop (Ctrl+C, SIGTERM).
    pub fn run(self) -> Result<(), Failure> {
        let register = Arc::new(self.open()?);
        let basemaps = self.basemaps.as_deref().map(Basemaps::read).transpose()?.unwrap_or_default();
        let config = server::Config {
            underlays: Arc::new(Underlays::beside(&self.registers)),
            media: Arc::new(Attachments::beside(&self.registers)),
            basemaps: Arc::new(basemaps),
            rules: rules_for(
                self.rules.as_deref(),
                self.registers.first().map(PathBuf::as_path).unwrap_or(Path::new("")),
            )?,
            templates: Arc::new(templates_for(
                self.templates.as_deref(),
                self.registers.first().map(PathBuf::as_path).unwrap_or(Path::new("")),
            )?),
            bind: self.bind,
            show: self.show.into(),
            read_only: self.read_only,
            demo: self.demo,
            public_url: self.public_url,
            // A view over several does no work of its own.
            work: if let [only] = self.registers.as_slice() { Some(work_folder(only)) } else { None },
            ..server::Config::default()
        };
        server::start_logging(if self.log_json { server::LogForm::Json } else { server::LogForm::Text });
        server::serve_blocking(register, &config, |address| {
            line(format!("{} http://{address}/", t("界碑已启动：", "Boundstone is at")));
        })?;
        Ok(())
    }

    fn open(&self) -> Result<Register, Failure> {
        match self.registers.as_slice() {
            [only] if self.read_only => open_to_read(only),
            [only] => open_to_write(only),
            several => {
                let register = open_together(several)?;
                // Where they disagree both are shown; whoever starts the server hears of it.
                let clashes = register.clashes()?;
                words::findings(&clashes.findings(&register.members(), Outcome::Shown));
                Ok(register)
            }
        }
    }
}

/// Where uploads and drafts lie: beside the register, under its name.
fn work_folder(register: &Path) -> PathBuf {
    let mut name = register.file_name().unwrap_or_default().to_owned();
    name.push(".work");
    register.with_file_name(name)
}
