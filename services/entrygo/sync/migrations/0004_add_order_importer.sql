-- Under whose importer-of-record number an order is imported; null is the importer of the warehouse it leaves from.
ALTER TABLE orders ADD COLUMN importer_number text;
