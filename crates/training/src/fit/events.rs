//! What happens in the loop, told to Burn's display when there is one.

use burn::data::dataloader::Progress as Items;
use burn::train::{
    EventProcessorTraining, Interrupter, Learner, LearnerEvent, SupervisedTrainingEventProcessor,
    TrainingItem,
};

use super::step::{StepOutput, Trainee};

/// What events need beside Burn's processor, which exists only once Burn has started.
pub(crate) struct EventsSetup {
    pub(crate) shown: bool,
    pub(crate) interrupter: Interrupter,
}

impl EventsSetup {
    pub(crate) fn events(self, processor: SupervisedTrainingEventProcessor<Trainee>) -> Events {
        Events {
            processor,
            shown: self.shown,
            interrupter: self.interrupter,
        }
    }
}

/// Tells Burn's display what happens, when there is one: each event is a message to another thread, which on small
/// tables would cost as much as a step.
pub(crate) struct Events {
    pub(crate) processor: SupervisedTrainingEventProcessor<Trainee>,
    shown: bool,
    interrupter: Interrupter,
}

impl Events {
    pub(crate) fn start_train(&mut self, epoch_number: usize, total_items: usize) {
        self.train(|| LearnerEvent::StartSplit {
            epoch_number,
            total_items,
        });
    }

    pub(crate) fn train_item(
        &mut self,
        output: StepOutput,
        items: Items,
        learner: &Learner<Trainee>,
    ) {
        let done = items.items_processed;
        self.train(|| {
            LearnerEvent::ProcessedItem(TrainingItem::new(
                output,
                items,
                Some(done),
                Some(learner.lr_current()),
            ))
        });
    }

    pub(crate) fn end_train(&mut self, epoch: usize) {
        self.train(|| LearnerEvent::EndSplit(epoch));
    }

    pub(crate) fn start_validation(&mut self, epoch_number: usize, total_items: usize) {
        self.validation(|| LearnerEvent::StartSplit {
            epoch_number,
            total_items,
        });
    }

    pub(crate) fn validation_item(&mut self, output: StepOutput, items: Items) {
        let done = items.items_processed;
        self.validation(|| {
            LearnerEvent::ProcessedItem(TrainingItem::new(output, items, Some(done), None))
        });
    }

    pub(crate) fn end_validation(&mut self, epoch: usize) {
        self.validation(|| LearnerEvent::EndSplit(epoch));
    }

    pub(crate) fn end_epoch(&mut self, epoch: usize) {
        self.train(|| LearnerEvent::EndEpoch(epoch));
    }

    fn train(&mut self, event: impl FnOnce() -> LearnerEvent<StepOutput>) {
        if self.shown {
            self.interrupter
                .fail_on_error(self.processor.process_train(event()));
        }
    }

    fn validation(&mut self, event: impl FnOnce() -> LearnerEvent<StepOutput>) {
        if self.shown {
            self.interrupter
                .fail_on_error(self.processor.process_valid(event()));
        }
    }
}
