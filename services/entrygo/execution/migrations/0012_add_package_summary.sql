-- What a package is in short, as JSON, for the page of its broker's link: empty in those made before it was kept.
ALTER TABLE customs_packages ADD COLUMN summary text NOT NULL DEFAULT '';
