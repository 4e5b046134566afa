//! Who I am, who may come in, who came in.

mod accesses;
mod login;
mod me;
mod people;

use super::super::openapi::schemas::{Named, add};
use super::super::route::{Param, Route, Verb};

const CHANGES: Route = Route { body: None, method: Verb::Post, ..me::ME };

/// The routes.
pub const ROUTES: &[Route] = &[
    me::ME,
    Route {
        body: Some("Login"),
        ..Route { run: login::LOG_IN, path: "/api/v1/login", about: "登录 · log in", ..CHANGES }
    },
    Route {
        status: 204,
        answer: None,
        ..Route { run: login::LOG_OUT, path: "/api/v1/logout", about: "退出 · log out", ..CHANGES }
    },
    Route {
        method: Verb::Put,
        status: 204,
        body: Some("NewPassword"),
        ..Route::get(
            "/api/v1/me/password",
            "accounts",
            "修改自己的密码 · change the own password",
            login::change,
        )
    },
    Route {
        method: Verb::Put,
        body: Some("PlayRole"),
        ..Route::get("/api/v1/me/role", "accounts", "演示中扮演一个角色 · play a role in the demo", me::play)
    }
    .answers("Me"),
    Route::get(
        "/api/v1/me/sessions",
        "accounts",
        "自己的会话与令牌 · the own sessions and tokens",
        me::sessions,
    )
    .answers("KeyList"),
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get("/api/v1/me/sessions/{id}", "accounts", "结束自己的一个会话 · end one of them", me::end)
    },
    Route::get("/api/v1/rights", "accounts", "权限与角色 · rights and roles", me::rights)
        .answers("RightsTable"),
    Route::get("/api/v1/people", "accounts", "账号 · accounts", people::list).answers("PersonList"),
    Route {
        method: Verb::Post,
        status: 201,
        body: Some("PersonNew"),
        ..Route::get("/api/v1/people", "accounts", "新增账号 · add an account", people::add)
    }
    .answers("PersonMade"),
    Route {
        method: Verb::Patch,
        body: Some("PersonEdit"),
        ..Route::get(
            "/api/v1/people/{id}",
            "accounts",
            "停用、恢复账号 · disable or enable an account",
            people::edit,
        )
    }
    .answers("Person"),
    Route {
        method: Verb::Put,
        ..Route::get(
            "/api/v1/people/{id}/password",
            "accounts",
            "重设密码，下次登录须改 · reset a password",
            people::reset,
        )
    }
    .answers("PersonMade"),
    Route {
        method: Verb::Post,
        body: Some("HandOver"),
        ..Route::get(
            "/api/v1/people/{id}/hand-over",
            "accounts",
            "停用离任人员的账号，经手的草案移交他人 · close a leaver's account, hand the drafts over",
            people::hand_over,
        )
    }
    .answers("Person"),
    Route {
        method: Verb::Put,
        body: Some("PersonRoles"),
        ..Route::get("/api/v1/people/{id}/roles", "accounts", "授予角色 · give roles", people::roles)
    }
    .answers("Person"),
    Route::get(
        "/api/v1/people/{id}/sessions",
        "accounts",
        "某人的会话与令牌 · sessions of a person",
        people::sessions,
    )
    .answers("KeyList"),
    Route {
        method: Verb::Delete,
        status: 204,
        ..Route::get(
            "/api/v1/people/{id}/sessions/{key}",
            "accounts",
            "结束某人的一个会话 · end a session of a person",
            people::end,
        )
    },
    Route::get(
        "/api/v1/accesses",
        "accounts",
        "登录与涉密查阅记录，最新在前 · logins and reads of what is secret",
        accesses::list,
    )
    .query(&[
        Param { name: "person", shape: "string", about: "只看此人（编号）· only this person's" },
        Param { name: "from", shape: "string date", about: "自此日起 · from this day on" },
        Param { name: "to", shape: "string date", about: "至此日止 · up to this day" },
        Param { name: "limit", shape: "integer", about: "条数，至多 1000 · how many, 1000 at most" },
    ])
    .answers("AccessList"),
];

/// Adds the schemas of what is sent and taken here.
pub fn add_schemas(named: &mut Named) {
    add::<me::Me>(named);
    add::<me::PlayRole>(named);
    add::<me::KeyList>(named);
    add::<me::RightsTable>(named);
    add::<login::Login>(named);
    add::<login::NewPassword>(named);
    add::<people::PersonList>(named);
    add::<people::PersonNew>(named);
    add::<people::PersonMade>(named);
    add::<people::PersonEdit>(named);
    add::<people::PersonRoles>(named);
    add::<people::HandOver>(named);
    add::<accesses::AccessList>(named);
}
