//! Creates contacts: an intent is recorded before each call, so that a create without an answer is found again.

use std::sync::Arc;

use super::attempt::Attempt;
use super::failure::Stop;
use super::write::{Contents, PER_WRITE, Write, count};
use crate::domain::{ChangeAction, Content, Field, Intent, MY_CONTACTS, Nonce, ResourceName};
use crate::google::{GoogleError, NewPerson};
use crate::store::KeptGroup;
use crate::sync::{Action, Plan, Writes};

impl Write<NewPerson> {
    /// The same without the calendar addresses, which some accounts refuse.
    fn without_calendar_urls(&self) -> Self {
        let mut request = self.request.clone();
        request.content.set(Field::CalendarUrls, Vec::new());
        Self {
            number: self.number,
            nonce: self.nonce.clone(),
            content: Arc::clone(&self.content),
            request,
            is_overwrite: false,
            has_calendar_urls: false,
            changed_fields: Vec::new(),
        }
    }
}

impl Attempt<'_> {
    pub(super) async fn apply_creates(&self, group: &KeptGroup, plan: &Plan, contents: &Contents) -> Result<(), Stop> {
        let my_contacts = self.job.add_to_my_contacts.then(|| ResourceName::new(MY_CONTACTS));
        let groups: Vec<ResourceName> = std::iter::once(group.resource.clone()).chain(my_contacts).collect();
        let create = |action: &Action| {
            let Action::Create { number } = action else { return None };
            let content = contents.get(number)?; // deleted at the source meanwhile: the next run knows
            let (nonce, tag) = (Nonce::random(), self.tag(*number));
            let request =
                NewPerson { content: Content::clone(content), tag, nonce: nonce.clone(), groups: groups.clone() };
            let has_calendar_urls = !content.items(Field::CalendarUrls).is_empty();
            let (content, changed_fields) = (Arc::clone(content), Vec::new());
            let is_overwrite = false;
            Some(Write { number: *number, nonce, content, request, is_overwrite, has_calendar_urls, changed_fields })
        };
        let creates: Vec<Write<NewPerson>> = plan.actions.iter().filter_map(create).collect();
        let size = self.size(Writes::Contents, creates.len(), PER_WRITE);
        let creates: Vec<&Write<NewPerson>> = creates.iter().collect();
        for chunk in creates.chunks(size) {
            self.create(chunk).await?;
        }
        Ok(())
    }

    async fn create(&self, chunk: &[&Write<NewPerson>]) -> Result<(), Stop> {
        let intent = |write: &&Write<NewPerson>| Intent { nonce: write.nonce.clone(), number: write.number };
        let intents: Vec<Intent> = chunk.iter().map(intent).collect();
        self.record(async |tx| {
            tx.begin_write(self.destination.id).await?;
            tx.intend_creates(self.destination.id, &intents).await
        })
        .await?;
        let requests: Vec<NewPerson> = chunk.iter().map(|write| write.request.clone()).collect();
        let created = match requests.as_slice() {
            [one] => self.account.create_person(one).await.map(|person| vec![person]),
            several => self.account.create_people(several).await,
        };
        match created {
            Ok(people) => {
                let links = self.links(chunk, people);
                let changes: Vec<_> = chunk.iter().map(|write| write.change(ChangeAction::Create)).collect();
                self.count(|counts| counts.created += count(links.len()));
                self.record(async |tx| {
                    tx.settle(self.destination.id).await?;
                    tx.drop_intents(self.destination.id, &intents).await?;
                    tx.record_links(self.destination.id, &links).await?;
                    tx.record_changes(self.item.result, &changes).await
                })
                .await
            }
            Err(GoogleError::Refused { items, .. }) => {
                self.record(async |tx| {
                    tx.settle(self.destination.id).await?;
                    tx.drop_intents(self.destination.id, &intents).await
                })
                .await?;
                let parts = self.apart(chunk, &items, true);
                for part in parts.chunks {
                    Box::pin(self.create(&part)).await?;
                }
                for one in parts.bare {
                    Box::pin(self.create(&[&one.without_calendar_urls()])).await?;
                }
                Ok(())
            }
            Err(failure @ GoogleError::Uncertain(_)) => Err(failure.into()),
            Err(failure) => {
                self.record(async |tx| {
                    tx.settle(self.destination.id).await?;
                    tx.drop_intents(self.destination.id, &intents).await
                })
                .await?;
                Err(failure.into())
            }
        }
    }
}
