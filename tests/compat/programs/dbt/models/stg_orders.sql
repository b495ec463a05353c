{{ config(materialized='view') }}
select id as order_id, customer, amount, ordered_on, note from {{ ref('raw_orders') }}
