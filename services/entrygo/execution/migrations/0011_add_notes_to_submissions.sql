-- Who of the account's own people wrote down what the broker said elsewhere than on the link's page, and how they know.
ALTER TABLE broker_submissions ADD COLUMN noted_by text, ADD COLUMN note text;
