use serde_json::{Value, json};

use crate::world::{SOURCE, World, on_both};

/// All items of a list, page by page.
async fn all(world: &World, list: &str, arguments: &str, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query ($after: String) {{ {list}(first: 2, after: $after, {arguments}) {{ edges {{ cursor node {{ {field} }} }} nodes {{ {field} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"
        );
        let page = world.data(&query, json!({ "after": after })).await[list].take();
        assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!after.is_null()));
        let edges = page["edges"].as_array().unwrap();
        let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
        assert_eq!(page["nodes"], json!(nodes));
        found.extend(nodes.iter().map(|node| node[field].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

async fn named_job(world: &World, name: &str, destination: &str) -> String {
    let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "name": name,
        "destinationEmails": [destination] });
    let created = world.accepted("createJob", "job { id }", input).await;
    world.clock.advance(chrono::TimeDelta::milliseconds(3));
    created["job"]["id"].as_str().unwrap().to_owned()
}

const USERS: [&str; 7] = ["ann", "bob", "carol", "dave", "erin", "frank", "grace"];
const NAMES: [&str; 7] = ["beta", "Alpha", "Ärzte", "alpha 2", "Ωmega", "BETA 3", "東京"];

async fn seven_jobs(world: &World) -> Vec<String> {
    world.source_group("Suppliers", &["Ada"]);
    let mut ids = Vec::new();
    for (user, name) in USERS.iter().zip(NAMES) {
        ids.push(named_job(world, name, &format!("{user}@corp.example")).await);
    }
    ids
}

on_both! {
    async fn pages_bring_every_item_once_in_the_order_asked_for(world) {
        let ids = seven_jobs(&world).await;
        let by_name = ["Alpha", "alpha 2", "beta", "BETA 3", "Ärzte", "Ωmega", "東京"];
        assert_eq!(all(&world, "jobs", "orderBy: { field: NAME, direction: ASC }", "name").await, by_name);
        let mut backwards = by_name;
        backwards.reverse();
        assert_eq!(all(&world, "jobs", "orderBy: { field: NAME, direction: DESC }", "name").await, backwards);
        assert_eq!(all(&world, "jobs", "orderBy: { field: CREATED_AT, direction: ASC }", "id").await, ids);
        let emails = USERS.map(|user| format!("{user}@corp.example"));
        assert_eq!(all(&world, "destinations", "orderBy: { field: EMAIL, direction: ASC }", "email").await, emails);
        assert_eq!(all(&world, "destinations", "orderBy: { field: ADDED_AT, direction: ASC }", "email").await, emails);
        world.work().await;
        let runs = all(&world, "runs", "orderBy: { field: CREATED_AT, direction: DESC }", "id").await;
        let mut finished = all(&world, "runs", "orderBy: { field: FINISHED_AT, direction: ASC }", "id").await;
        assert_eq!((runs.len(), finished.len()), (7, 7));
        finished.sort();
        finished.dedup();
        assert_eq!(finished.len(), 7);
        assert_eq!(all(&world, "syncedGroups", "filter: {}", "id").await.len(), 7);
        let users = all(&world, "users", "search: \"\"", "email").await;
        assert_eq!(users.len(), 14, "{users:?}");
    }

    async fn rows_that_come_meanwhile_neither_repeat_nor_hide_others(world) {
        seven_jobs(&world).await;
        let query = "query ($after: String) { jobs(first: 3, after: $after, orderBy: { field: NAME, direction: ASC }) { nodes { name } pageInfo { endCursor } } }";
        let first = world.data(query, json!({ "after": null })).await;
        named_job(&world, "Aardvark", "heidi@corp.example").await; // sorts before what was read
        let second = world.data(query, json!({ "after": first["jobs"]["pageInfo"]["endCursor"] })).await;
        assert_eq!(second["jobs"]["nodes"], json!([{ "name": "BETA 3" }, { "name": "Ärzte" }, { "name": "Ωmega" }]));
    }

    async fn filters_select_and_counts_count_them(world) {
        let ids = seven_jobs(&world).await;
        world.work().await;
        world.accepted("removeUsers", "run { id }", json!({ "jobId": ids[0], "emails": ["ann@corp.example"] })).await;
        let count = async |list: &str, filter: &str| {
            let data = world.data(&format!("{{ {list}(filter: {filter}) {{ totalCount nodes {{ id }} }} }}"), json!({})).await;
            let nodes = data[list]["nodes"].as_array().unwrap().len();
            assert_eq!(data[list]["totalCount"], json!(nodes), "{list} {filter}");
            nodes
        };
        for (list, filter, expected) in [
            ("jobs", "{}".to_owned(), 7),
            ("jobs", "{ search: \"ALPHA\" }".into(), 2),
            ("jobs", "{ search: \"supp\" }".into(), 7),
            ("jobs", "{ search: \"%\" }".into(), 0),
            ("jobs", "{ statuses: [DELETING] }".into(), 0),
            ("jobs", "{ statuses: [] }".into(), 0),
            ("jobs", "{ sourceUserEmail: \"DESK@corp.example\" }".into(), 7),
            ("jobs", "{ sourceUserEmail: \"ann@corp.example\" }".into(), 0),
            ("jobs", "{ destinationEmail: \"bob@corp-alias.example\" }".into(), 1),
            ("jobs", "{ hasFailingDestinations: true }".into(), 0),
            ("jobs", "{ hasFailingDestinations: false, sourceHealth: [OK] }".into(), 7),
            ("destinations", "{ statuses: [REMOVING] }".into(), 1),
            ("destinations", "{ statuses: [SYNCED, REMOVING], search: \"a\" }".into(), 1),
            ("destinations", format!("{{ jobIds: [\"{}\", \"{}\", \"nonsense\"] }}", ids[1], ids[2]), 2),
            ("runs", "{ kinds: [REMOVAL] }".into(), 1),
            ("runs", "{ kinds: [SYNC], statuses: [SUCCEEDED], triggers: [JOB_CREATED] }".into(), 7),
            ("runs", format!("{{ jobIds: [\"{}\"] }}", ids[0]), 2),
            ("runs", "{ createdAt: { from: \"2026-03-02T13:00:00+01:00\", to: \"2026-03-03T00:00:00Z\" } }".into(), 8),
            ("runs", "{ createdAt: { to: \"2026-03-02T12:00:00Z\" } }".into(), 0),
            ("syncedGroups", "{ userEmail: \"bob@corp.example\" }".into(), 1),
            ("syncedGroups", "{ search: \"SUPPL\" }".into(), 7),
        ] {
            assert_eq!(count(list, &filter).await, expected, "{list} {filter}");
        }
    }

    async fn a_nested_list_is_the_list_of_its_parent(world) {
        let ids = seven_jobs(&world).await;
        let more = ["bo@corp.example", "bea@corp.example", "zoe@corp.example"];
        for email in more {
            world.sandbox.add_user(sandbox::NewUser::new(email, "User", email)).unwrap();
        }
        world.accepted("addUsers", "job { id }", json!({ "jobId": ids[0], "emails": more })).await;
        world.work().await;
        world.run(&ids[0]).await;
        world.run(&ids[2]).await;
        let page = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id }";
        for (list, arguments, filter) in [
            ("destinations", "first: 2, orderBy: { field: EMAIL, direction: ASC }", ""),
            ("destinations", "first: 2, orderBy: { field: EMAIL, direction: DESC }", ""),
            ("destinations", "first: 1, orderBy: { field: ADDED_AT, direction: ASC }", ""),
            ("destinations", "first: 3, orderBy: { field: ADDED_AT, direction: DESC }", "search: \"b\", statuses: [SYNCED]"),
            ("runs", "first: 1", ""),
            ("runs", "first: 2", "triggers: [MANUAL]"),
        ] {
            let query = format!("{{ jobs(first: 100) {{ nodes {{ id {list}({arguments}, filter: {{ {filter} }}) {{ {page} }} }} }} }}");
            let data = world.data(&query, json!({})).await;
            for job in data["jobs"]["nodes"].as_array().unwrap() {
                let alone = format!("{{ {list}({arguments}, filter: {{ jobIds: [{}] {filter} }}) {{ {page} }} }}", job["id"]);
                assert_eq!(world.data(&alone, json!({})).await[list], job[list], "{alone}");
            }
            // The jobs that a nested filter names are selected within each job.
            let query = format!("{{ jobs(first: 100) {{ nodes {{ id {list}(filter: {{ jobIds: [\"{}\"] }}) {{ totalCount nodes {{ id }} }} }} }} }}", ids[0]);
            for job in world.data(&query, json!({})).await["jobs"]["nodes"].as_array().unwrap() {
                let number = job[list]["nodes"].as_array().unwrap().len();
                assert_eq!(job[list]["totalCount"], json!(number));
                assert_eq!(number > 0, job["id"] == json!(ids[0]), "{job:#}");
            }
        }
    }

    async fn cursors_are_bound_to_filter_and_order(world) {
        seven_jobs(&world).await;
        let data = world.data("{ jobs(first: 1) { pageInfo { endCursor } } }", json!({})).await;
        let cursor = data["jobs"]["pageInfo"]["endCursor"].clone();
        for list in ["jobs(first: 1, after: $after, orderBy: { field: NAME, direction: ASC })", "jobs(first: 1, after: $after, filter: { search: \"a\" })", "runs(first: 1, after: $after)"] {
            let answer = world.answer(&format!("query ($after: String) {{ {list} {{ totalCount }} }}"), json!({ "after": cursor })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID_CURSOR", "{list}");
        }
    }

    async fn nodes_come_in_the_order_of_their_ids_and_null_where_there_is_none(world) {
        let ids = seven_jobs(&world).await;
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
        let data = world.data(query, json!({ "ids": [ids[3], "nonsense", ids[1], "job_0000000000000000000000"] })).await;
        let job = |id: &str| json!({ "id": id, "__typename": "Job" });
        assert_eq!(data["nodes"], json!([job(&ids[3]), null, job(&ids[1]), null]));
        let many: Vec<&str> = std::iter::repeat_n("x", 101).collect();
        let answer = world.answer(query, json!({ "ids": many })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }

    async fn users_are_found_by_name_and_address_and_show_their_groups(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        world.job("Suppliers", &["ann@corp.example"]).await;
        let find = async |search: &str| {
            let data = world.data("query ($s: String!) { users(search: $s) { nodes { email } } }", json!({ "s": search })).await;
            let nodes = data["users"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| node["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(find("Ann").await, ["ann@corp.example"]);
        assert_eq!(find("ARCH").await, ["ann@corp.example"], "by the family name");
        assert_eq!(find("carol@").await, ["carol@corp.example"]);
        let query = "query ($e: String!) { user(email: $e) { email displayName ineligibleReason contactGroups { name contactCount ineligibleReason } destinations { totalCount } jobsAsSource { totalCount } } }";
        let data = world.data(query, json!({ "e": SOURCE })).await;
        assert_eq!(data["user"], json!({ "email": SOURCE, "displayName": "Front Desk", "ineligibleReason": null,
            "contactGroups": [{ "name": "Suppliers", "contactCount": 2, "ineligibleReason": null }],
            "destinations": { "totalCount": 0 }, "jobsAsSource": { "totalCount": 1 } }));
        let data = world.data(query, json!({ "e": "ann@corp.example" })).await;
        assert_eq!(data["user"]["contactGroups"], json!([{ "name": "Suppliers", "contactCount": 2, "ineligibleReason": "SOURCE_GROUP_IS_SYNCED" }]));
        for nobody in ["reception@corp.example", "nobody@corp.example", "x@elsewhere.example", "", "x"] {
            assert_eq!(world.data(query, json!({ "e": nobody })).await["user"], Value::Null, "{nobody}");
        }
        let data = world.data("{ a: user(email: \"sam@corp.example\") { isSuspended ineligibleReason } b: user(email: \"ivan@second.example\") { ineligibleReason } }", json!({})).await;
        assert_eq!(data, json!({ "a": { "isSuspended": true, "ineligibleReason": "USER_SUSPENDED" }, "b": { "ineligibleReason": "NOT_ON_PRIMARY_DOMAIN" } }));
    }

    async fn allowed_actions_follow_role_and_state(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &["ann@corp.example"]).await;
        let actions = async |role| {
            let query = "query ($id: ID!) { job(id: $id) { allowedActions } }";
            world.answer_as(role, query, json!({ "id": job })).await["data"]["job"]["allowedActions"].clone()
        };
        use contact_sync::domain::Role;
        assert_eq!(actions(Role::Viewer).await, json!([]));
        assert_eq!(actions(Role::Operator).await, json!(["UPDATE", "ADD_USERS", "REMOVE_USERS", "RUN", "PREVIEW", "PAUSE"]));
        assert_eq!(actions(Role::Admin).await, json!([
            "UPDATE", "UPDATE_DELETION_GUARD", "DELETE", "ADD_USERS", "REMOVE_USERS", "ABANDON_USERS", "RUN", "PREVIEW", "PAUSE"
        ]));
        world.accepted("runJob", "run { id }", json!({ "jobId": job })).await;
        assert_eq!(actions(Role::Operator).await, json!(["UPDATE", "ADD_USERS", "REMOVE_USERS", "PREVIEW", "PAUSE"]));
        world.work().await;
        world.accepted("pauseJob", "job { id }", json!({ "jobId": job })).await;
        assert_eq!(actions(Role::Operator).await, json!(["UPDATE", "ADD_USERS", "REMOVE_USERS", "PREVIEW", "RESUME"]));
    }
}
