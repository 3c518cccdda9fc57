-- Across accounts: the owner of the tables is bound by their policies, too.
SET LOCAL entrygo.account_id = '*';

UPDATE timeline SET warehouse_id = exports.warehouse_id FROM exports
    WHERE timeline.warehouse_id IS NULL AND exports.warehouse_id <> ''
      AND exports.account_id = timeline.account_id AND exports.mode = timeline.mode
      AND exports.export_id = timeline.export_id;
UPDATE customs_packages SET warehouse_id = exports.warehouse_id FROM exports
    WHERE customs_packages.warehouse_id IS NULL AND exports.warehouse_id <> ''
      AND exports.account_id = customs_packages.account_id AND exports.mode = customs_packages.mode
      AND exports.export_id = customs_packages.export_id;
