-- Across accounts: the owner of the tables is bound by their policies, too.
SET LOCAL entrygo.account_id = '*';

-- An export may have been planned again for another warehouse. Its current plan is of the warehouse that it has
-- now; of which warehouse an earlier plan was is not known here, so it stays with the keys of the whole account.
UPDATE plans SET warehouse_id = exports.warehouse_id FROM exports
    WHERE plans.warehouse_id IS NULL AND exports.account_id = plans.account_id AND exports.mode = plans.mode
      AND exports.export_id = plans.export_id AND exports.revision = plans.revision;

UPDATE export_approvals SET warehouse_id = exports.warehouse_id FROM exports
    WHERE export_approvals.warehouse_id IS NULL AND exports.account_id = export_approvals.account_id
      AND exports.mode = export_approvals.mode AND exports.export_id = export_approvals.export_id
      AND exports.plan_hash = export_approvals.plan_hash;

-- These two hold the orders of the current plan alone.
UPDATE export_orders SET warehouse_id = exports.warehouse_id FROM exports
    WHERE export_orders.warehouse_id IS NULL AND exports.account_id = export_orders.account_id
      AND exports.mode = export_orders.mode AND exports.export_id = export_orders.export_id;
UPDATE order_claims SET warehouse_id = exports.warehouse_id FROM exports
    WHERE order_claims.warehouse_id IS NULL AND exports.account_id = order_claims.account_id
      AND exports.mode = order_claims.mode AND exports.export_id = order_claims.export_id;
