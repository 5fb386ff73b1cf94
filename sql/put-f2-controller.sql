-- Stores an F2 controller; answers whether it is new, or why it was not stored.
SELECT put_f2_controller(:?tenant, :?controller, :?body::jsonb) AS outcome
