use serde_json::json;

use super::ANN;
use crate::world::{SOURCE, on_both};

on_both! {
    async fn r10_only_personal_contacts_are_read_and_written_and_no_photos(world) {
        let (_, contacts) = world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        world.rename(SOURCE, &contacts[0], "Ada Maria");
        world.run(&job).await;
        world.accepted("removeUsers", "run { id }", json!({ "jobId": job, "emails": [ANN] })).await;
        world.work().await;
        let reads = ["people.people.connections.list", "people.people.getBatchGet", "people.people.get"];
        let mut seen = 0;
        for entry in world.sandbox.ledger() {
            assert!(!entry.id.contains("otherContacts") && !entry.id.contains("listDirectoryPeople"), "{}", entry.id);
            assert!(!entry.id.contains("Photo"), "{}", entry.id);
            if reads.contains(&entry.id.as_str()) {
                seen += 1;
                let values = |name: &str| -> Vec<&str> {
                    entry.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
                };
                assert_eq!(values("sources"), ["READ_SOURCE_TYPE_CONTACT"]);
                assert!(values("personFields").iter().all(|fields| !fields.contains("photos")));
            }
        }
        assert!(seen >= 4, "{seen}");
    }
}
